// SPDX-License-Identifier: MIT
//
// Containers: how full they are, what they keep alive, and which run away.
import { column } from "../columns";
import { h } from "../dom";
import { type Page, answer } from "../page";
import { card, ending, ofAddress } from "../parts";
import { isTable, tableOf, text } from "../shapes";
import { facts, plainTable, tableView } from "../table";
import { hasRows } from "../page";

export const containers: Page = {
  name: "containers",
  title: "Containers",
  key: "c",
  question: "Which containers are large, badly filled, or never shrink?",
  async show(view) {
    const { root, params, signal } = view;
    const document = await answer(view, "containers", { limit: "100" });
    for (const [key, runaway] of Object.entries(document.answers)) {
      if (/^runaway(_\d+)?$/.test(key) && isTable(runaway))
        root.append(
          h("section", { class: "card cause" }, h("h2", {}, runaway.title), facts(runaway.rows, "what", "is")),
        );
    }
    const key = tableOf(document, "container_growth") ? "container_growth" : "containers";
    root.append(
      card(
        "By owner",
        tableView({
          path: "containers",
          params: {},
          key,
          state: params,
          signal,
          first: document,
          filter: "Filter by owner or type",
          rowLink: ofAddress,
          empty: "No container was found.",
          columns: [
            column("name", { heading: "owner", link: ofAddress }),
            column("type"),
            column("elements"),
            column("elements_diff"),
            column("element_counts"),
            column("capacity"),
            column("load"),
            column("self"),
            column("waste"),
            column("retained", { isBar: true }),
            column("retained_diff"),
            column("course"),
          ],
        }),
      ),
    );
    const nodes = tableOf(document, "nodes");
    if (hasRows(nodes))
      root.append(
        card(
          nodes.title,
          plainTable(
            nodes.rows,
            [
              column("name"),
              column("elements"),
              column("payload"),
              column("self"),
              column("flat", { heading: "flat", unit: "bytes", explains: "If they stood in one array" }),
              column("saved"),
            ],
            "",
            (row) => (text(row, "address") ? ofAddress(row) : undefined),
          ),
        ),
      );
    ending(root, document);
  },
};
