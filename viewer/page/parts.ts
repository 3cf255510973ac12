// SPDX-License-Identifier: MIT
//
// What several pages have: cards of facts, choices, links between views, the end of a page.
import { h } from "./dom";
import { hasAnswer } from "./ask";
import { type Params, link } from "./route";
import * as said from "./said";
import type { Document, NetNode, Row } from "./shapes";
import { text } from "./shapes";

/** A heading with what belongs below it. */
export function card(title: string, ...children: (Node | null)[]): HTMLElement {
  return h("section", { class: "card" }, h("h2", {}, title), ...children);
}

/** Doubts of an answer and what to run next: below everything else. */
export function ending(root: HTMLElement, document: Document): void {
  for (const part of [said.notes(document.notes), said.next(document.next)]) if (part) root.append(part);
}

/** A few values, one of which is chosen. */
export function choice(
  label: string,
  values: [string, string][],
  chosen: string,
  choose: (value: string) => void,
): HTMLElement {
  const buttons = values.map(([value, name]) => {
    const button = h("button", { type: "button", "aria-pressed": String(value === chosen) }, name);
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      choose(value);
    });
    return button;
  });
  return h("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
}

// To what a report does not have there is no link.
function toAnswer(page: string, path: string, params: Params): string | undefined {
  return hasAnswer(path, params) ? link(page, params) : undefined;
}

export function toObject(address: string): string | undefined {
  return toAnswer("object", "object", { address });
}
export function toObjects(type: string): string | undefined {
  return toAnswer("object", "objects", { type });
}
export function toHolders(params: Params): string | undefined {
  return toAnswer("holders", "holders", params);
}

/** An "a" element, or the text alone where it leads nowhere. */
export function linked(href: string | undefined, text: string): HTMLElement {
  return href ? h("a", { href }, text) : h("span", { class: "quiet" }, text);
}

/** The link of a row that is called by a type. What nothing tells the type of is called by its place: no type has it. */
export function ofType(row: Row): string | undefined {
  const type = text(row, "name");
  return type.startsWith("in ") ? link("flamegraph", { by: "type", search: type }) : toObjects(type);
}

/** The link of a row that speaks of one block. */
export function ofAddress(row: Row): string | undefined {
  const address = text(row, "address");
  return /^0x[0-9a-f]+$/.test(address) ? toObject(address) : undefined;
}

/** Where a click on a node of a picture leads: a block to its own page. */
export function goTo(node: NetNode): void {
  if (node.address) location.hash = link("object", { address: node.address });
}
