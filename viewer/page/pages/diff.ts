// SPDX-License-Identifier: MIT
//
// Diff: what one snapshot has more than an older one, or what grew over all of them.
import { type Column, column } from "../columns";
import { h } from "../dom";
import type { Page, View } from "../page";
import { choice, ending, ofType } from "../parts";
import { type Params, link } from "../route";
import { type Document, type Row } from "../shapes";
import { showTable } from "../table";

type Groupings = [string, string][];

const ofTwo: Groupings = [
  ["type", "Type"],
  ["lineno", "Line"],
  ["function", "Function"],
  ["filename", "File"],
  ["module", "Module"],
  ["traceback", "Traceback"],
  ["thread", "Thread"],
];
const ofAll: Groupings = [
  ["type", "Type"],
  ["site", "Site"],
  ["owner", "Owner"],
];

// What a change of the question leaves of the address: not the place in the table that was.
function turnTo({ params }: View, change: Params): void {
  location.hash = link("diff", { ...params, offset: "", sort: "", ...change });
}

function snapshotChoice(view: View, name: "old" | "new", chosen: number): HTMLElement {
  const options = view.session.snapshots.map((snapshot, index) =>
    h("option", { value: index, selected: index === chosen }, snapshot.file.split("/").pop()!),
  );
  const select = h("select", { onchange: () => turnTo(view, { [name]: select.value }) }, ...options);
  return h("label", {}, name === "old" ? "From " : "to ", select);
}

async function show(
  view: View,
  question: { path: string; params: Params; key: string },
  by: string,
  columns: Column[],
) {
  const ofRow = (row: Row) => (by === "type" ? ofType(row) : undefined);
  const end = h("div");
  await showTable(view.root, {
    ...question,
    state: view.params,
    signal: view.signal,
    filter: "Filter",
    empty: question.path === "growth" ? "Nothing grew." : "Nothing differs.",
    rowLink: ofRow,
    columns: [column("name", { link: ofRow }), ...columns],
    onAnswer: (document: Document) => {
      end.replaceChildren();
      ending(end, document);
    },
  });
  view.root.append(end);
}

async function showTwo(view: View, by: string): Promise<void> {
  const last = view.session.snapshots.length - 1;
  const { old = "0", new: newer = String(last) } = view.params;
  const params = { by: by === "type" ? "" : by, old: old === "0" ? "" : old, new: newer === String(last) ? "" : newer };
  const keys = ["count", "count_diff", "size", "size_diff", "average", "course"];
  await show(
    view,
    { path: "diff", params, key: `by_${by}` },
    by,
    keys.map((key) => column(key)),
  );
}

async function showAll(view: View, by: string): Promise<void> {
  const keys = ["count", "count_diff", "counts", "size", "size_diff", "sizes", "grew", "per_second", "course"];
  const params = { by: by === "type" ? "" : by };
  await show(
    view,
    { path: "growth", params, key: "growth" },
    by,
    keys.map((key) => column(key)),
  );
}

export const diff: Page = {
  name: "diff",
  title: "Diff",
  key: "d",
  question: "What is there more, or less, than before?",
  async show(view) {
    const { root, params, session } = view;
    const last = session.snapshots.length - 1;
    const isOfAll = params.of === "all" && last > 1;
    const groupings = isOfAll ? ofAll : ofTwo;
    const by = groupings.find(([name]) => name === params.by)?.[0] ?? "type";
    root.append(
      h(
        "div",
        { class: "toolbar" },
        last > 1 &&
          choice(
            "Of",
            [
              ["two", "Two snapshots"],
              ["all", `All ${last + 1}`],
            ],
            isOfAll ? "all" : "two",
            (of) => turnTo(view, { of: of === "two" ? "" : of, by: "" }),
          ),
        !isOfAll && snapshotChoice(view, "old", Number(params.old ?? 0)),
        !isOfAll && snapshotChoice(view, "new", Number(params.new ?? last)),
        choice("By", groupings, by, (value) => turnTo(view, { by: value === "type" ? "" : value })),
      ),
    );
    await (isOfAll ? showAll(view, by) : showTwo(view, by));
  },
};
