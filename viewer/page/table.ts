// SPDX-License-Identifier: MIT
//
// A table that is asked for window by window: filter, order and place are the server's work, and a heap of ten million
// blocks weighs as much here as a small one.
//
// Its state stands in the view's address, each key after `prefix`: filter, sort, offset.
import { ask } from "./ask";
import { type Column, cellText, isNumeric, present } from "./columns";
import { h } from "./dom";
import { type Params, remember } from "./route";
import { type Document, type Row, type Table, number, tableOf, text } from "./shapes";
import { problem, working } from "./said";
import { count } from "./units";

const usualWindow = 100;
const typingPause = 120; // ms from the last key to the question

export interface TableView {
  /** The question, and its parameters without those of the window. */
  path: string;
  params: Params;
  /** Which answer of the document. */
  key: string;
  columns: Column[];
  /** Of the view, as its address has it. */
  state: Params;
  /** Stands before the table's own keys in the address, where a page has more than one table; the server's `table=`. */
  prefix?: string;
  caption?: string;
  filter?: string;
  empty?: string;
  /** Where Enter or a click on a row leads. */
  rowLink?: (row: Row) => string | undefined;
  /** How many rows at once. */
  window?: number;
  /** Where the server has an order of its own alone, what it calls the offset of this table. */
  onlyOffset?: string;
  signal: AbortSignal;
  /** The first answer where the page has it already. */
  first?: Document;
  onAnswer?: (document: Document) => void;
}

export function tableView(view: TableView): HTMLElement {
  return new WindowedTable(view).element;
}

/** Puts the table into `root`, and waits for its first rows. */
export async function showTable(root: HTMLElement, view: TableView): Promise<void> {
  const table = new WindowedTable(view);
  root.append(table.element);
  await table.ready;
}

/** Rows that are there already, all of them. */
export function plainTable(
  rows: Row[],
  columns: Column[],
  caption: string,
  rowLink?: (row: Row) => string | undefined,
): HTMLElement {
  const shown = present(columns, rows);
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "data" },
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...shown.map((column) => heading(column)))),
      h("tbody", { onkeydown: walkRows }, ...bodyRows(rows, shown, rowLink)),
    ),
  );
}

/** Two columns without headings: what, and what it is. */
export function facts(rows: Row[], what: string, is: string, link?: (row: Row) => string | undefined): HTMLElement {
  return h(
    "dl",
    { class: "facts" },
    ...rows.flatMap((row) => {
      const target = link?.(row);
      return [
        h("dt", {}, text(row, what)),
        h("dd", {}, target ? h("a", { href: target }, text(row, is)) : text(row, is)),
      ];
    }),
  );
}

function heading(column: Column, sort = ""): HTMLElement {
  const direction = sort === `-${column.key}` ? "descending" : sort === column.key ? "ascending" : undefined;
  return h(
    "th",
    { scope: "col", class: classOf(column), "aria-sort": direction, title: column.explains },
    column.heading,
  );
}

function classOf(column: Column): string {
  return isNumeric(column)
    ? "number"
    : column.unit === "trend"
      ? "trend"
      : column.isWrapped
        ? "wrapped"
        : column.isWide
          ? "wide"
          : "";
}

function cell(row: Row, column: Column, largest: Map<string, number>): HTMLElement {
  const value = cellText(row, column),
    target = column.link?.(row);
  const td = h(
    "td",
    { class: classOf(column) },
    target ? h("a", { href: target, title: value }, value) : column.isWide ? h("span", { title: value }, value) : value,
  );
  if (column.isDelta)
    td.classList.toggle(number(row, column.key) > 0 ? "grew" : "shrank", number(row, column.key) !== 0);
  const most = largest.get(column.key) ?? 0;
  if (column.isBar && most > 0) {
    td.classList.add("bar");
    td.style.setProperty("--share", `${(100 * Math.max(0, number(row, column.key))) / most}%`);
  }
  if (column.unit === "trend")
    td.title = Array.isArray(row[column.key]) ? (row[column.key] as number[]).map(count).join(" → ") : "";
  return td;
}

function bodyRows(rows: Row[], columns: Column[], rowLink?: (row: Row) => string | undefined): HTMLElement[] {
  const largest = new Map(
    columns
      .filter((column) => column.isBar)
      .map(({ key }) => [key, Math.max(0, ...rows.map((row) => number(row, key)))]),
  );
  return rows.map((row, index) => {
    const tr = h("tr", { tabindex: index === 0 ? 0 : -1 }, ...columns.map((column) => cell(row, column, largest)));
    const target = rowLink?.(row);
    if (target) tr.dataset.href = target;
    return tr;
  });
}

/** Arrow keys go from row to row, Home and End to the outer ones, Enter follows the row's link. */
function walkRows(event: KeyboardEvent): void {
  const row = (event.target as HTMLElement).closest("tr");
  if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
  const steps: Record<string, Element | null> = {
    ArrowDown: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
    Home: row.parentElement!.firstElementChild,
    End: row.parentElement!.lastElementChild,
  };
  if (event.key === "Enter" && event.target === row && row.dataset.href) location.hash = row.dataset.href;
  if (!(event.key in steps)) return;
  event.preventDefault();
  const next = steps[event.key];
  if (!(next instanceof HTMLElement)) return;
  row.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

// What red, blue and the lines below numbers say, where a table has them.
function meanings(columns: Column[]): HTMLElement[] {
  const said: HTMLElement[] = [];
  if (columns.some((column) => column.isDelta)) {
    said.push(h("span", { class: "grew" }, "more than in the oldest snapshot"), h("span", { class: "shrank" }, "less"));
  }
  const bars = columns.filter((column) => column.isBar);
  if (bars.length > 0) {
    const names = bars.map((column) => column.heading).join(", ");
    said.push(h("span", {}, h("i", { class: "swatch share" }), `share of the largest ${names} shown`));
  }
  return said;
}

class WindowedTable {
  readonly element: HTMLElement;
  readonly ready: Promise<void>;
  private readonly window: number;
  private readonly body = h("tbody", { onkeydown: walkRows });
  private readonly head = h("thead");
  private readonly place = h("span", { class: "place", "aria-live": "polite" });
  private readonly earlier = h(
    "button",
    { type: "button", hidden: true, onclick: () => this.turn(-this.window) },
    "Previous",
  );
  private readonly later = h("button", { type: "button", hidden: true, onclick: () => this.turn(this.window) }, "Next");
  private readonly colours = h("span", { class: "colours" });
  private readonly status = h("div");
  private filter: string;
  private sort: string;
  private offset: number;
  private asked = 0;
  private timer = 0;

  constructor(private readonly view: TableView) {
    this.window = view.window ?? usualWindow;
    this.filter = this.state("filter");
    this.sort = this.state("sort");
    this.offset = Math.max(0, Math.floor(Number(this.state("offset")) || 0));
    const table = h(
      "table",
      { class: "data" },
      view.caption ? h("caption", {}, view.caption) : null,
      this.head,
      this.body,
    );
    this.element = h(
      "section",
      { class: "windowed" },
      view.filter === undefined ? null : this.filterField(view.filter),
      this.status,
      h("div", { class: "scroll" }, table),
      h("nav", { class: "pager", "aria-label": "Rows" }, this.earlier, this.place, this.later, this.colours),
    );
    this.ready = view.first && this.isUntouched() ? Promise.resolve(this.show(view.first)) : this.refresh();
  }

  private state(key: string): string {
    return this.view.state[(this.view.prefix ?? "") + key] ?? "";
  }

  private isUntouched(): boolean {
    return this.filter === "" && this.sort === "" && this.offset === 0;
  }

  private filterField(label: string): HTMLElement {
    const field = h("input", {
      type: "search",
      class: "filter",
      placeholder: label,
      "aria-label": label,
      value: this.filter,
      spellcheck: "false",
      autocomplete: "off",
    });
    field.addEventListener("input", () => {
      this.filter = field.value;
      this.offset = 0;
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.change(), typingPause);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") this.body.querySelector<HTMLElement>("tr")?.focus();
    });
    return h("div", { class: "toolbar" }, field);
  }

  private turn(step: number): void {
    this.offset = Math.max(0, this.offset + step);
    this.change();
  }

  private change(): void {
    const prefix = this.view.prefix ?? "";
    remember({
      [`${prefix}filter`]: this.filter,
      [`${prefix}sort`]: this.sort,
      [`${prefix}offset`]: this.offset === 0 ? "" : String(this.offset),
    });
    void this.refresh();
  }

  private question(): Params {
    if (this.view.onlyOffset) {
      const offset = this.offset === 0 ? "" : String(this.offset);
      return { ...this.view.params, [this.view.onlyOffset]: offset, limit: String(this.window) };
    }
    const window: Params = this.isUntouched()
      ? {}
      : {
          filter: this.filter,
          sort: this.sort,
          offset: this.offset === 0 ? "" : String(this.offset),
        };
    return {
      ...this.view.params,
      ...window,
      ...(this.view.prefix ? { table: this.view.key } : {}),
      limit: String(this.window),
    };
  }

  // Answers may come in another order than the questions went: only the last one counts.
  private async refresh(): Promise<void> {
    const turn = ++this.asked;
    const done = working(this.status);
    try {
      const document = await ask(this.view.path, this.question(), this.view.signal);
      if (turn === this.asked) this.show(document);
    } catch (error) {
      if (turn === this.asked && !this.view.signal.aborted) this.status.replaceChildren(problem(error));
    } finally {
      done();
    }
  }

  private show(document: Document): void {
    const table = tableOf(document, this.view.key) ?? { title: "", rows: [], rows_left_out: 0 };
    const columns = present(this.view.columns, table.rows),
      rows = table.rows.slice(0, this.window);
    this.status.replaceChildren();
    this.head.replaceChildren(h("tr", {}, ...columns.map((column) => this.sortable(column))));
    this.body.replaceChildren(...bodyRows(rows, columns, this.view.rowLink));
    if (table.rows.length === 0) this.body.append(this.nothing(columns.length));
    this.colours.replaceChildren(...(rows.length > 0 ? meanings(columns) : []));
    this.showPlace(table, rows.length);
    this.view.onAnswer?.(document);
  }

  private nothing(columns: number): HTMLElement {
    const why = this.filter ? `Nothing has “${this.filter}” in it.` : (this.view.empty ?? "Nothing.");
    return h("tr", {}, h("td", { class: "nothing", colspan: Math.max(1, columns) }, why));
  }

  private sortable(column: Column): HTMLElement {
    const th = heading(column, this.sort);
    if (column.unit === "trend" || this.view.onlyOffset) return th;
    th.replaceChildren(
      h("button", { type: "button", onclick: () => this.sortBy(column) }, column.heading || column.key),
    );
    return th;
  }

  // Numbers begin with the largest, texts with A; a second click turns it round, a third gives the server's own order.
  private sortBy(column: Column): void {
    const down = `-${column.key}`,
      up = column.key;
    const order = isNumeric(column) ? [down, up, ""] : [up, down, ""];
    this.sort = order[(order.indexOf(this.sort) + 1) % order.length] ?? order[0];
    if (!order.includes(this.sort)) this.sort = order[0];
    this.offset = 0;
    this.change();
  }

  private showPlace(table: Table, rows: number): void {
    const total = table.rows_total ?? table.rows.length + table.rows_left_out;
    const last = this.offset + rows,
      isWhole = this.offset === 0 && last >= total;
    this.place.textContent =
      total === 0
        ? ""
        : isWhole
          ? `${count(total)} ${total === 1 ? "row" : "rows"}`
          : `${count(this.offset + 1)}–${count(last)} of ${count(total)}`;
    this.earlier.hidden = this.later.hidden = isWhole;
    this.earlier.disabled = this.offset === 0;
    this.later.disabled = last >= total;
  }
}
