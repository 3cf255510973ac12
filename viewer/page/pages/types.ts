// SPDX-License-Identifier: MIT
//
// Types: what is there, of each how much, and how its type is known.
import { column } from "../columns";
import type { Page } from "../page";
import { ending, ofType, toHolders } from "../parts";
import { type Row, text } from "../shapes";
import { showTable } from "../table";
import { h } from "../dom";

const toItsHolders = (row: Row) =>
  text(row, "name").startsWith("in ") ? undefined : toHolders({ type: text(row, "name") });

export const types: Page = {
  name: "types",
  title: "Types",
  key: "t",
  question: "What is there, of which type, and how is that known?",
  async show({ root, params, signal }) {
    const end = h("div");
    await showTable(root, {
      path: "types",
      params: {},
      key: "types",
      state: params,
      signal,
      filter: "Filter types",
      rowLink: ofType,
      empty: "No block is live.",
      columns: [
        column("name", { heading: "type", link: ofType }),
        column("count"),
        column("count_diff"),
        column("counts"),
        column("size", { heading: "self", isBar: true, explains: "Bytes of the blocks themselves" }),
        column("size_diff"),
        column("retained", { link: toItsHolders }),
        column("average"),
        column("evidence"),
      ],
      onAnswer: (document) => {
        end.replaceChildren();
        ending(end, document);
      },
    });
    root.append(end);
  },
};
