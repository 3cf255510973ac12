// SPDX-License-Identifier: MIT
//
// Waste: memory that is there and serves nothing.
import { type Column, column } from "../columns";
import { type Page, answer, hasRows } from "../page";
import { card, ending, ofAddress } from "../parts";
import { tableOf } from "../shapes";
import { plainTable, tableView } from "../table";

const parts: [string, Column[]][] = [
  [
    "padding",
    [
      column("name", { heading: "type" }),
      column("objects"),
      column("size", { heading: "each" }),
      column("padding"),
      column("saved"),
      column("holes"),
    ],
  ],
  [
    "containers",
    [
      column("name", { heading: "owner" }),
      column("containers"),
      column("empty"),
      column("elements"),
      column("capacity"),
      column("size"),
      column("spare", { isBar: true }),
      column("hint"),
    ],
  ],
  [
    "duplicates",
    [
      column("name"),
      column("owner"),
      column("copies"),
      column("size", { heading: "each" }),
      column("wasted", { isBar: true }),
      column("type"),
    ],
  ],
  ["duplicates_by_owner", [column("name", { heading: "owner" }), column("count"), column("wasted", { isBar: true })]],
  ["zeros", [column("name"), column("count"), column("size", { isBar: true })]],
  ["pages", [column("type"), column("site"), column("count"), column("live"), column("kept", { isBar: true })]],
  [
    "residency",
    [
      column("type"),
      column("owner"),
      column("size"),
      column("resident"),
      column("swapped"),
      column("untouched", { isBar: true }),
      column("unknown"),
    ],
  ],
];

export const waste: Page = {
  name: "waste",
  title: "Waste",
  key: "w",
  question: "Where is memory that serves nothing?",
  async show(view) {
    const { root, params, signal } = view;
    const document = await answer(view, "waste", { limit: "100" });
    const summary = tableOf(document, "summary");
    if (summary)
      root.append(
        card(
          summary.title,
          plainTable(
            summary.rows,
            [column("name", { heading: "" }), column("size", { isBar: true }), column("meaning")],
            "",
          ),
        ),
      );
    for (const [key, columns] of parts) {
      const table = tableOf(document, key);
      if (!hasRows(table)) continue;
      root.append(
        card(
          table.title,
          tableView({
            path: "waste",
            params: {},
            key,
            prefix: `${key}.`,
            state: params,
            signal,
            first: document,
            window: 15,
            columns,
            rowLink: ofAddress,
          }),
        ),
      );
    }
    ending(root, document);
  },
};
