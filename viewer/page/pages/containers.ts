// SPDX-License-Identifier: MIT
//
// Containers: how full they are, what they keep alive, and which run away.
import { column } from "../columns";
import { h } from "../dom";
import { type Page, type View, answer, hasRows } from "../page";
import { card, ending, ofAddress } from "../parts";
import { type Document, isTable, tableOf } from "../shapes";
import { facts, plainTable, tableView } from "../table";

const owner = column("name", { heading: "owner", link: ofAddress });
const retained = column("retained", { isBar: true });

function runaways(document: Document): HTMLElement[] {
  return Object.entries(document.answers)
    .filter(([key]) => /^runaway(_\d+)?$/.test(key))
    .map(([, table]) => table)
    .filter(isTable)
    .map((table) => h("section", { class: "card cause" }, h("h2", {}, table.title), facts(table.rows, "what", "is")));
}

function growth({ params, signal }: View, first: Document): HTMLElement {
  return card(
    "What grew",
    tableView({
      path: "containers",
      params: {},
      key: "container_growth",
      prefix: "growth.",
      state: params,
      signal,
      first,
      window: 20,
      rowLink: ofAddress,
      empty: "No container grew.",
      columns: [
        owner,
        column("type"),
        column("elements"),
        column("elements_diff"),
        column("element_counts"),
        column("self"),
        retained,
        column("retained_diff"),
        column("course"),
      ],
    }),
  );
}

function fill({ params, signal }: View, first: Document): HTMLElement {
  return card(
    "How full they are",
    tableView({
      path: "containers",
      params: {},
      key: "containers",
      state: params,
      signal,
      first,
      filter: "Filter by owner or type",
      rowLink: ofAddress,
      empty: "No container was found.",
      columns: [
        owner,
        column("type"),
        column("containers"),
        column("elements"),
        column("capacity"),
        column("load"),
        column("self"),
        column("waste"),
        retained,
      ],
    }),
  );
}

export const containers: Page = {
  name: "containers",
  title: "Containers",
  key: "c",
  question: "Which containers are large, badly filled, or never shrink?",
  async show(view) {
    const { root } = view;
    const document = await answer(view, "containers", { limit: "100" });
    root.append(...runaways(document));
    if (tableOf(document, "container_growth")) root.append(growth(view, document));
    root.append(fill(view, document));
    const nodes = tableOf(document, "nodes");
    if (hasRows(nodes)) {
      const flat = column("flat", { heading: "flat", unit: "bytes", explains: "If they stood in one array" });
      const columns = [owner, column("elements"), column("payload"), column("self"), flat, column("saved")];
      root.append(card(nodes.title, plainTable(nodes.rows, columns, "")));
    }
    ending(root, document);
  },
};
