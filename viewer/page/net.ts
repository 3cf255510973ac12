// SPDX-License-Identifier: MIT
//
// A picture of Graphviz, made safe and brought to life: each node can be clicked and reached by keys.
//
// The server's SVG is parsed as XML, and only elements and attributes that a picture needs are built anew from it: no
// script, no style, no link, no reference out of the picture can get through, whatever a type is called.
import { h } from "./dom";
import type { Net, NetNode } from "./shapes";

const namespace = "http://www.w3.org/2000/svg";
const elements = new Set([
  "svg",
  "g",
  "path",
  "polygon",
  "polyline",
  "ellipse",
  "rect",
  "line",
  "text",
  "tspan",
  "title",
]);
const attributes = new Set([
  "viewBox",
  "width",
  "height",
  "transform",
  "d",
  "points",
  "x",
  "y",
  "x1",
  "x2",
  "y1",
  "y2",
  "cx",
  "cy",
  "rx",
  "ry",
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "fill-opacity",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "text-anchor",
]);
const leastScale = 0.65;
const plain = /^[-\w\s#.,()%+:]*$/; // no url(…), no quotes

/** `choose` is told which node was clicked; without an address it is not a block. */
export function drawnNet(net: Net, choose: (node: NetNode) => void): HTMLElement {
  const root = net.svg ? new DOMParser().parseFromString(net.svg, "image/svg+xml").documentElement : null;
  if (!root || root.localName !== "svg") return h("p", { class: "quiet" }, "There is no picture of it.");
  const svg = rebuilt(root) as SVGSVGElement;
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", net.title);
  bringToLife(svg, net, choose);
  const place = h("div", { class: "net scroll" }, svg);
  requestAnimationFrame(() => crop(svg));
  return place;
}

// The caption and the legend of the picture stand beside it on the page, so the picture has boxes and arrows alone.
function crop(svg: SVGSVGElement): void {
  const graph = svg.querySelector<SVGGElement>("g.graph");
  if (!graph || !svg.isConnected) return;
  for (const child of [...graph.children]) if (!child.matches("g.node, g.edge")) child.remove();
  const box = graph.getBBox(),
    margin = 6;
  const { e, f } = graph.transform.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
  svg.setAttribute(
    "viewBox",
    [box.x + e - margin, box.y + f - margin, box.width + 2 * margin, box.height + 2 * margin].join(" "),
  );
  svg.setAttribute("width", `${box.width + 2 * margin}pt`);
  svg.setAttribute("height", `${box.height + 2 * margin}pt`);
  svg.style.minWidth = `${leastScale * box.width}pt`; // a long chain is scrolled, not shrunk until nobody can read it
}

// Graphviz nests a few levels deep; what is deeper is not Graphviz's.
function rebuilt(element: Element, depth = 0): Element {
  const made = document.createElementNS(namespace, element.localName);
  for (const { name, value } of element.attributes) {
    if (attributes.has(name) && plain.test(value) && !/url\s*\(/i.test(value)) made.setAttribute(name, value);
    if (name === "class" && /^(node|edge|graph)$/.test(value)) made.setAttribute("class", value);
    if (name === "xlink:title") addTitle(made, value);
  }
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) made.append(child.textContent ?? "");
    else if (child instanceof Element && depth < 16) {
      const name = child.localName === "a" ? "g" : child.localName;
      if (elements.has(name)) made.append(name === "g" ? rebuiltGroup(child, depth) : rebuilt(child, depth + 1));
    }
  }
  return made;
}

// A link of Graphviz carries the tooltip; it becomes a group that does.
function rebuiltGroup(element: Element, depth: number): Element {
  if (element.localName !== "a") return rebuilt(element, depth + 1);
  const group = document.createElementNS(namespace, "g");
  const said = element.getAttribute("xlink:title");
  if (said) addTitle(group, said);
  for (const child of element.children) if (elements.has(child.localName)) group.append(rebuilt(child, depth + 1));
  return group;
}

function addTitle(element: Element, text: string): void {
  const title = document.createElementNS(namespace, "title");
  title.textContent = text;
  element.prepend(title);
}

function bringToLife(svg: SVGSVGElement, net: Net, choose: (node: NetNode) => void): void {
  for (const group of svg.querySelectorAll<SVGGElement>("g.node")) {
    const title = [...group.children].find((child) => child.localName === "title");
    const node = net.nodes[Number(/^n(\d+)$/.exec(title?.textContent ?? "")?.[1] ?? -1)];
    title?.remove(); // "n3" tells nobody anything
    if (!node || node.role === "folded" || node.role === "root") continue;
    group.classList.add("alive");
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", [...node.lines, node.has_more ? "more behind it" : ""].filter(Boolean).join(", "));
    group.addEventListener("click", () => choose(node));
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(node);
    });
  }
  for (const title of svg.querySelectorAll("g.edge > title, g.graph > title")) title.remove();
}

/** What the colours of a picture say. */
export function netLegend(): HTMLElement {
  const entry = (role: string, text: string) =>
    h("span", { class: "entry" }, h("i", { class: `swatch role-${role}` }), text);
  return h(
    "div",
    { class: "legend" },
    entry("root", "root: global, thread stack, register"),
    entry("container", "container"),
    entry("closure", "closure"),
    entry("object", "object"),
    entry("subject", "what was asked for"),
    entry("folded", "many, folded"),
    h("span", { class: "quiet" }, "solid: owns · dotted: does not own · dashed box: more behind it"),
  );
}
