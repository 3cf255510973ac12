// SPDX-License-Identifier: MIT
//
// Timeline: live bytes since recording began, and of what they consist at each snapshot.
import { liveChart, type Mark, stackColour, stackedChart } from "../charts";
import { h } from "../dom";
import { type Page, type View, answer } from "../page";
import { card, choice, ending } from "../parts";
import { link } from "../route";
import { type Document, type Series, type Row, isSeries, number, text } from "../shapes";
import { size } from "../units";

/** The snapshots, where they stand in the timeline. */
export function marksOf(document: Document): Mark[] {
  const { marks } = document as Document & { marks?: Row[] };
  return (marks ?? []).map((row) => ({ x: number(row, "x"), name: text(row, "file").split("/").pop() ?? "" }));
}

function figures(series: Series, marks: Mark[]): HTMLElement {
  const names = Object.keys(series.y);
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "data" },
      h("caption", {}, "The same in figures"),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col", class: "wide" }, series.title),
          ...series.x.map((_, at) => h("th", { scope: "col", class: "number" }, marks[at]?.name ?? String(at + 1))),
        ),
      ),
      h(
        "tbody",
        {},
        ...names.map((name, index) =>
          h(
            "tr",
            {},
            h(
              "td",
              { class: "wide" },
              h("span", { title: name }, h("i", { class: `swatch ${stackColour(index, names.length)}` }), name),
            ),
            ...series.y[name].map((value) => h("td", { class: "number" }, size(value))),
          ),
        ),
      ),
    ),
  );
}

function showStacked(view: View, document: Document): void {
  const stacked = document.answers.stacked;
  if (!isSeries(stacked)) return;
  const marks = marksOf(document);
  const shown =
    stacked.x.length > 1
      ? stackedChart(stacked, marks, view.signal)
      : h("p", { class: "quiet" }, "One snapshot is one moment: with older ones beside it there is a course.");
  view.root.append(card(stacked.title || "Live bytes in each snapshot", shown, figures(stacked, marks)));
}

export const timeline: Page = {
  name: "timeline",
  title: "Timeline",
  key: "m",
  question: "When did it grow, and of what does it consist?",
  async show(view) {
    const { root, params } = view;
    const by = params.by ?? "type";
    root.append(
      h(
        "div",
        { class: "toolbar" },
        choice(
          "Stacked by",
          [
            ["type", "By type"],
            ["site", "By site"],
          ],
          by,
          (value) => {
            location.hash = link("timeline", { by: value === "type" ? "" : value });
          },
        ),
      ),
    );
    const document = await answer(view, "timeline", { by });
    const live = document.answers.timeline;
    if (isSeries(live) && live.x.length > 1)
      root.append(card(live.title, liveChart(live, marksOf(document), view.signal)));
    else root.append(h("p", { class: "nothing" }, "The snapshot has no timeline."));
    showStacked(view, document);
    ending(root, document);
  },
};
