// SPDX-License-Identifier: MIT
//
// A treemap of who keeps what alive, two levels deep; laid out by d3-hierarchy.
import { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";
import { h } from "./dom";
import { size } from "./units";

export interface Patch {
  name: string;
  kind: string;
  bytes: number;
  /** Where a click leads; none where nothing is below it. */
  href?: string;
  /** By which the server knows it, where there is something below it. */
  node?: string;
  children: Patch[];
}

const height = 420,
  header = 17;

/** `root` itself is the frame; what it keeps beyond its children stays bare. */
export function treemapOf(root: Patch, signal: AbortSignal): HTMLElement {
  const place = h("div", { class: "treemap", role: "group", "aria-label": `Treemap of ${root.name}` });
  const draw = () => {
    if (place.clientWidth > 0) place.replaceChildren(...patches(root, place.clientWidth));
  };
  const observer = new ResizeObserver(draw);
  observer.observe(place);
  signal.addEventListener("abort", () => observer.disconnect());
  place.style.height = `${height}px`;
  return place;
}

// What a node keeps beyond its children is its own: d3 adds up leaves, so that own part is given to the node itself.
function patches(root: Patch, width: number): HTMLElement[] {
  const tree = hierarchy(root, (patch) => patch.children)
    .sum((patch) => Math.max(0, patch.bytes - patch.children.reduce((sum, child) => sum + child.bytes, 0)))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const laid = treemap<Patch>()
    .size([width, height])
    .paddingOuter(2)
    .paddingTop((node) => (node.depth === 0 ? 0 : header))
    .paddingInner(2)
    .tile(treemapSquarify)(tree);
  return laid
    .descendants()
    .filter((node) => node.depth > 0 && node.x1 - node.x0 > 3 && node.y1 - node.y0 > 3)
    .map((node) => {
      const { data } = node;
      const label = `${data.name}, ${size(data.bytes)}, ${((100 * data.bytes) / Math.max(1, root.bytes)).toFixed(1)} %`;
      const room = node.x1 - node.x0 > 40 && node.y1 - node.y0 > 14;
      const patch = h(
        data.href ? "a" : "div",
        {
          class: `patch depth${node.depth} kind-${kindClass(data.kind)}`,
          href: data.href,
          title: label,
          "aria-label": label,
        },
        room ? h("span", {}, h("b", {}, data.name), ` ${size(data.bytes)}`) : null,
      ) as HTMLElement;
      patch.style.left = `${node.x0}px`;
      patch.style.top = `${node.y0}px`;
      patch.style.width = `${node.x1 - node.x0}px`;
      patch.style.height = `${node.y1 - node.y0}px`;
      return patch;
    });
}

/** Which colour of the legend a kind has. */
export function kindClass(kind: string): string {
  if (/container/.test(kind)) return "container";
  if (/closure|λ/.test(kind)) return "closure";
  if (/global|static|stack|register|thread|root|lost/.test(kind)) return "root";
  return "object";
}
