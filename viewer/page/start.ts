// SPDX-License-Identifier: MIT
//
// Where Object and Holders begin when nothing was clicked: an address or a type that is typed in, or one of the types.
import { column } from "./columns";
import { h } from "./dom";
import type { View } from "./page";
import { ending } from "./parts";
import { link } from "./route";
import { type Row, text } from "./shapes";
import { showTable } from "./table";

export async function chooseSubject(
  { root, params, signal }: View,
  page: string,
  ofType: (type: string) => string | undefined,
): Promise<void> {
  const field = h("input", { type: "search", class: "subject", placeholder: "Address (0x…) or type" });
  field.setAttribute("aria-label", "Address or type");
  const end = h("div");
  const show = (event: Event) => {
    event.preventDefault();
    const given = field.value.trim();
    if (given !== "") location.hash = link(page, given.startsWith("0x") ? { address: given } : { type: given });
  };
  root.append(h("form", { class: "toolbar", onsubmit: show }, field, h("button", { type: "submit" }, "Show")));
  const ofRow = (row: Row) => (text(row, "name").startsWith("in ") ? undefined : ofType(text(row, "name")));
  await showTable(root, {
    path: "types",
    params: {},
    key: "types",
    state: params,
    signal,
    window: 25,
    filter: "Filter types",
    rowLink: ofRow,
    empty: "No block is live.",
    columns: [
      column("name", { heading: "or one of the types", link: ofRow }),
      column("count"),
      column("size", { isBar: true }),
      column("retained"),
    ],
    onAnswer: (document) => {
      end.replaceChildren();
      ending(end, document);
    },
  });
  root.append(end);
}
