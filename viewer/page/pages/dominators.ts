// SPDX-License-Identifier: MIT
//
// Dominators: who keeps how much alive, as a treemap to walk into and a tree that opens row by row.
import { column, cellText, type Column } from "../columns";
import { h } from "../dom";
import { type Page, type View, answer } from "../page";
import { card, ending, ofAddress } from "../parts";
import { link } from "../route";
import { problem } from "../said";
import { type Document, type Row, number, tableOf, text } from "../shapes";
import { type Patch, treemapOf } from "../treemap";
import { count } from "../units";

const childrenAtOnce = 50,
  mostDeepened = 12;

export const dominators: Page = {
  name: "dominators",
  title: "Dominators",
  key: "n",
  question: "Who keeps how much alive, and what would go with it?",
  async show(view) {
    const { root, params, signal } = view;
    const node = params.node ?? "";
    const document = await answer(view, "dominators", { node, limit: String(childrenAtOnce) });
    root.append(await path(view, node));
    const whole = wholeOf(document);
    await deepen(view, whole);
    if (whole.children.length > 0) root.append(treemapOf(whole, signal), legend());
    root.append(card("Tree", treeTable(view, document, node)));
    ending(root, document);
  },
};

// The node ids are paths ("0.3.1": the second child of the fourth of the first), so the way back up is in them.
async function path(view: View, node: string): Promise<HTMLElement> {
  const steps = node === "" ? [] : node.split(".");
  const names = await Promise.all(
    steps.map(async (step, index) => {
      const params = { node: steps.slice(0, index).join("."), offset: step === "0" ? "" : step, limit: "1" };
      const document = await answer(view, "dominators", params).catch(() => null);
      return text(document ? (tableOf(document, "children")?.rows[0] ?? {}) : {}, "name") || "…";
    }),
  );
  const nav = h(
    "nav",
    { class: "path", "aria-label": "Path" },
    h("a", { href: link("dominators") }, "all that is live"),
  );
  names.forEach((name, index) => {
    const isLast = index === names.length - 1;
    const upTo = link("dominators", { node: steps.slice(0, index + 1).join(".") });
    nav.append(" → ", isLast ? h("b", {}, name) : h("a", { href: upTo }, name));
  });
  return nav;
}

// A root is no block: what it keeps is below it.
function ofBlock(row: Row): string | undefined {
  return row.kind === "root" || row.kind === "group" ? undefined : ofAddress(row);
}

function patchesOf(document: Document): Patch[] {
  return (tableOf(document, "children")?.rows ?? []).map((row) => {
    const patch: Patch = {
      name: text(row, "name"),
      kind: text(row, "kind"),
      bytes: number(row, "retained"),
      children: [],
    };
    if (row.has_children) patch.node = text(row, "node");
    const href = row.has_children ? link("dominators", { node: text(row, "node") }) : ofBlock(row);
    if (href) patch.href = href;
    return patch;
  });
}

function wholeOf(document: Document): Patch {
  const children = patchesOf(document);
  return {
    name: "all that is shown",
    kind: "",
    bytes: children.reduce((sum, child) => sum + child.bytes, 0),
    children,
  };
}

// The largest show what is in them too. A report may not have that: then they stay plain.
async function deepen(view: View, whole: Patch): Promise<void> {
  const large = whole.children
    .filter((patch) => patch.node !== undefined && patch.bytes * 50 > whole.bytes)
    .slice(0, mostDeepened);
  await Promise.all(
    large.map(async (patch) => {
      const document = await answer(view, "dominators", { node: patch.node!, limit: String(childrenAtOnce) }).catch(
        () => null,
      );
      if (document) patch.children = patchesOf(document);
    }),
  );
}

function legend(): HTMLElement {
  const entry = (kind: string, said: string) =>
    h("span", { class: "entry" }, h("i", { class: `swatch kind-${kind}` }), said);
  return h(
    "div",
    { class: "legend" },
    entry("root", "root"),
    entry("container", "container"),
    entry("closure", "closure"),
    entry("object", "object"),
    h("span", { class: "quiet" }, "Area: what would go with it. A click goes in."),
  );
}

const columns: Column[] = [
  column("name", { heading: "holder" }),
  column("kind"),
  column("self"),
  column("retained", { isBar: true }),
  column("share"),
  column("retained_blocks"),
];

function treeTable(view: View, document: Document, node: string): HTMLElement {
  const body = h("tbody");
  body.append(...level(view, document, node, 1));
  body.addEventListener("keydown", walk);
  body.querySelector<HTMLElement>("tr")?.setAttribute("tabindex", "0");
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "data tree", role: "treegrid", "aria-label": "Who keeps what alive" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...columns.map((each) =>
            h(
              "th",
              {
                scope: "col",
                class: each.unit === "text" ? (each.isWide ? "wide" : "") : "number",
                title: each.explains,
              },
              each.heading,
            ),
          ),
        ),
      ),
      body,
    ),
  );
}

function level(view: View, document: Document, node: string, depth: number, offset = 0): HTMLElement[] {
  const table = tableOf(document, "children");
  if (!table) return [];
  const rows = table.rows.map((row) => treeRow(view, row, depth));
  const total = table.rows_total ?? table.rows.length,
    shown = offset + table.rows.length;
  if (shown < total) rows.push(moreRow(view, node, depth, shown, total - shown));
  return rows;
}

function treeRow(view: View, row: Row, depth: number): HTMLElement {
  const target = ofBlock(row),
    name = text(row, "name");
  const tr = h("tr", { tabindex: -1, "aria-level": depth, "aria-expanded": row.has_children ? "false" : undefined });
  const toggle = row.has_children
    ? h(
        "button",
        {
          type: "button",
          class: "toggle",
          tabindex: -1,
          "aria-label": `Open ${name}`,
          onclick: () => void open(view, tr, row, depth),
        },
        "▸",
      )
    : h("span", { class: "toggle" });
  const first = h(
    "td",
    { class: "wide" },
    toggle,
    h("span", { title: name }, target ? h("a", { href: target }, name) : name),
  );
  first.style.paddingLeft = `${4 + 18 * (depth - 1)}px`;
  tr.append(
    first,
    ...columns.slice(1).map((each) => {
      const cell = h("td", { class: each.unit === "text" ? "" : "number" }, cellText(row, each));
      if (each.isBar) {
        cell.classList.add("bar");
        cell.style.setProperty("--share", `${number(row, "share")}%`);
      }
      return cell;
    }),
  );
  return tr;
}

function moreRow(view: View, node: string, depth: number, offset: number, left: number): HTMLElement {
  const tr = h("tr", { tabindex: -1, "aria-level": depth });
  const button = h(
    "button",
    {
      type: "button",
      class: "command",
      onclick: () =>
        void (async () => {
          const document = await answer(
            view,
            "dominators",
            { node, offset: String(offset), limit: String(childrenAtOnce) },
            cell,
          ).catch(problem);
          if (document instanceof HTMLElement) cell.replaceChildren(document);
          else tr.replaceWith(...level(view, document, node, depth, offset));
        })(),
    },
    `… ${count(left)} more`,
  );
  const cell = h("td", { colspan: columns.length }, button);
  cell.style.paddingLeft = `${22 + 18 * (depth - 1)}px`;
  tr.append(cell);
  return tr;
}

async function open(view: View, tr: HTMLElement, row: Row, depth: number): Promise<void> {
  const toggle = tr.querySelector(".toggle")!;
  if (tr.getAttribute("aria-expanded") === "true") {
    while (Number(tr.nextElementSibling?.getAttribute("aria-level") ?? 0) > depth) tr.nextElementSibling!.remove();
    tr.setAttribute("aria-expanded", "false");
    toggle.textContent = "▸";
    return;
  }
  tr.setAttribute("aria-expanded", "true");
  toggle.textContent = "▾";
  const node = text(row, "node");
  const document = await answer(
    view,
    "dominators",
    { node, limit: String(childrenAtOnce) },
    tr.firstElementChild as HTMLElement,
  ).catch(problem);
  if (tr.getAttribute("aria-expanded") !== "true") return;
  tr.after(
    ...(document instanceof HTMLElement
      ? [h("tr", { "aria-level": depth + 1 }, h("td", { colspan: columns.length }, document))]
      : level(view, document, node, depth + 1)),
  );
}

// As in a file manager: up and down walk, right opens, left closes, Enter follows the link.
function walk(event: KeyboardEvent): void {
  const row = (event.target as HTMLElement).closest("tr");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const isOpen = row.getAttribute("aria-expanded");
  if ((event.key === "ArrowRight" && isOpen === "false") || (event.key === "ArrowLeft" && isOpen === "true"))
    row.querySelector<HTMLElement>(".toggle")!.click();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const other = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    if (other instanceof HTMLElement) {
      row.tabIndex = -1;
      other.tabIndex = 0;
      other.focus();
    }
  } else if (event.key === "Enter" && event.target === row) row.querySelector<HTMLElement>("a, .command")?.click();
  else return;
  event.preventDefault();
}
