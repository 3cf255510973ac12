// SPDX-License-Identifier: MIT
//
// The pages, in the order in which one reads them. To add one: a file in pages/, a row here.
import type { Page } from "./page";
import { closures } from "./pages/closures";
import { containers } from "./pages/containers";
import { diff } from "./pages/diff";
import { dominators } from "./pages/dominators";
import { flamegraph } from "./pages/flamegraph";
import { holders } from "./pages/holders";
import { leaks } from "./pages/leaks";
import { object } from "./pages/object";
import { overview } from "./pages/overview";
import { timeline } from "./pages/timeline";
import { types } from "./pages/types";
import { waste } from "./pages/waste";

export const pages: { heading: string; pages: Page[] }[] = [
  { heading: "", pages: [overview] },
  { heading: "What is there", pages: [types, flamegraph, containers, closures, waste] },
  { heading: "Who keeps it", pages: [object, holders, dominators, leaks] },
  { heading: "What changed", pages: [diff, timeline] },
];

export function pageNamed(name: string): Page | undefined {
  return pages.flatMap((group) => group.pages).find((page) => page.name === name);
}
