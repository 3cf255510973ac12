// SPDX-License-Identifier: MIT
//
// Flame graph: which calls allocated what is live, what was at the peak, what came and went, and what grew.
import { h } from "../dom";
import { type FlameState, FlameView } from "../flame_view";
import { type Page, type View, answer } from "../page";
import { choice, ending } from "../parts";
import { current, link, remember } from "../route";
import { isTree } from "../shapes";

const metrics: [string, string][] = [
  ["live", "Live"],
  ["peak", "Peak"],
  ["allocated", "Allocated"],
  ["temporary", "Temporary"],
  ["growth", "Growth"],
];

// Names may hold anything, line feeds apart. What a sieve must find are bits of a number: 30 are enough.
const list = (text = "") => (text === "" ? [] : text.split("\n").slice(0, 30));

function stateOf(view: View): FlameState {
  const { only, without, zoom, search, shape } = view.params;
  return {
    sieve: { only: list(only), without: list(without) },
    zoomed: Math.max(0, Math.floor(Number(zoom) || 0)),
    search: search ?? "",
    isFlame: shape === "flame",
  };
}

function address(state: FlameState): void {
  remember({
    only: state.sieve.only.join("\n"),
    without: state.sieve.without.join("\n"),
    zoom: state.zoomed === 0 ? "" : String(state.zoomed),
    search: state.search,
    shape: state.isFlame ? "flame" : "",
  });
}

// Another metric is another tree: a zoom into the one says nothing of the other.
function turnTo(change: Record<string, string>): void {
  location.hash = link("flamegraph", { ...current().params, zoom: "", ...change });
}

export const flamegraph: Page = {
  name: "flamegraph",
  title: "Flame graph",
  key: "f",
  question: "Which calls allocated it?",
  async show(view) {
    const { root, params, session } = view;
    const metric = params.metric ?? "live",
      by = params.by ?? "stack";
    const state = stateOf(view);
    const search = h("input", {
      type: "search",
      class: "filter",
      placeholder: "Search functions",
      "aria-label": "Search functions",
      value: state.search,
      spellcheck: "false",
      autocomplete: "off",
    });
    const several = session.snapshots.length > 1;
    const bar = h(
      "div",
      { class: "toolbar" },
      choice("What to add up", several ? metrics : metrics.slice(0, 4), metric, (value) =>
        turnTo({ metric: value === "live" ? "" : value }),
      ),
      choice(
        "By",
        [
          ["stack", "By stack"],
          ["type", "By type"],
        ],
        by,
        (value) => turnTo({ by: value === "stack" ? "" : value }),
      ),
      choice(
        "Shape",
        [
          ["icicle", "Icicle"],
          ["flame", "Flame"],
        ],
        state.isFlame ? "flame" : "icicle",
        (value) => graph?.turn(value === "flame"),
      ),
      search,
    );
    let graph: FlameView | undefined;
    root.append(bar);
    const document = await answer(view, "flamegraph", {
      metric: metric === "live" ? "" : metric,
      by: by === "stack" ? "" : by,
    });
    const tree = document.answers.flamegraph;
    if (!isTree(tree) || tree.parent.length <= 1)
      root.append(h("p", { class: "nothing" }, "There is nothing to add up."));
    else {
      graph = new FlameView(
        tree,
        state,
        () => {
          if (search.value !== state.search) search.value = state.search;
          address(state);
        },
        by === "type" ? "type" : "no module",
        view.signal,
      );
      root.append(
        h("h2", {}, tree.title),
        graph.element,
        h(
          "p",
          { class: "quiet hint" },
          "Click or Enter zooms, Escape goes back, right click or m sifts, arrows walk, / searches.",
        ),
      );
    }
    search.addEventListener("input", () => graph?.search(search.value));
    ending(root, document);
  },
};
