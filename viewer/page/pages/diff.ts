// SPDX-License-Identifier: MIT
//
// Diff: what one snapshot has more than an older one.
import { column } from "../columns";
import { h } from "../dom";
import type { Page, View } from "../page";
import { choice, ending, toObjects } from "../parts";
import { link } from "../route";
import { type Row, text } from "../shapes";
import { showTable } from "../table";

const groupings: [string, string][] = [
  ["type", "Type"],
  ["lineno", "Line"],
  ["function", "Function"],
  ["filename", "File"],
  ["module", "Module"],
  ["traceback", "Traceback"],
  ["thread", "Thread"],
];

function select(view: View, name: "old" | "new", chosen: number): HTMLElement {
  const { snapshots } = view.session;
  return h(
    "label",
    {},
    name === "old" ? "From " : "to ",
    h(
      "select",
      {
        onchange: (event: Event) => {
          location.hash = link("diff", {
            ...view.params,
            [name]: (event.target as HTMLSelectElement).value,
            offset: "",
          });
        },
      },
      ...snapshots.map((snapshot, index) =>
        h("option", { value: index, selected: index === chosen }, snapshot.file.split("/").pop()!),
      ),
    ),
  );
}

export const diff: Page = {
  name: "diff",
  title: "Diff",
  key: "d",
  question: "What is there more, or less, than before?",
  async show(view) {
    const { root, params, session, signal } = view;
    const last = session.snapshots.length - 1;
    const by = params.by ?? "type",
      old = Number(params.old ?? 0),
      newer = Number(params.new ?? last);
    const isType = by === "type";
    const ofType = (row: Row) => (isType ? toObjects(text(row, "name")) : undefined);
    const end = h("div");
    root.append(
      h(
        "div",
        { class: "toolbar" },
        select(view, "old", old),
        select(view, "new", newer),
        choice("By", groupings, by, (value) => {
          location.hash = link("diff", { ...params, by: value === "type" ? "" : value, offset: "", sort: "" });
        }),
      ),
    );
    await showTable(root, {
      path: "diff",
      params: { by: isType ? "" : by, old: old === 0 ? "" : String(old), new: newer === last ? "" : String(newer) },
      key: `by_${by}`,
      state: params,
      signal,
      filter: "Filter",
      empty: "Nothing differs.",
      rowLink: ofType,
      columns: [
        column("name", { link: ofType }),
        column("count"),
        column("count_diff"),
        column("counts"),
        column("size"),
        column("size_diff"),
        column("sizes"),
        column("average"),
        column("course"),
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
