// SPDX-License-Identifier: MIT
//
// Leaks and cycles: what nothing reaches any more, and what only holds itself.
import { column } from "../columns";
import { h } from "../dom";
import { drawnNet, netLegend } from "../net";
import { type Page, answer } from "../page";
import { card, choice, ending, goTo, ofAddress } from "../parts";
import { link } from "../route";
import { isNet, tableOf } from "../shapes";
import { plainTable, tableView } from "../table";

export const leaks: Page = {
  name: "leaks",
  title: "Leaks and cycles",
  key: "k",
  question: "What does nothing hold any more, and what holds only itself?",
  async show(view) {
    const { root, params, signal } = view;
    const by = params.by === "traceback" ? "traceback" : "";
    root.append(
      h(
        "div",
        { class: "toolbar" },
        choice(
          "By",
          [
            ["", "By line"],
            ["traceback", "By call stack"],
          ],
          by,
          (value) => {
            location.hash = link("leaks", { by: value });
          },
        ),
      ),
    );
    const document = await answer(view, "leaks", { by, limit: "100" });
    const totals = tableOf(document, "totals");
    if (totals)
      root.append(
        card(
          totals.title,
          plainTable(
            totals.rows,
            [
              column("kind"),
              column("count"),
              column("count_diff"),
              column("size", { isBar: true }),
              column("size_diff"),
            ],
            "",
          ),
        ),
      );
    root.append(
      card(
        "Leaks",
        tableView({
          path: "leaks",
          params: { by },
          key: "leaks",
          state: params,
          signal,
          first: document,
          filter: "Filter leaks",
          empty: "Nothing is lost.",
          columns: [
            column("name", { heading: "allocated at" }),
            column("kind"),
            column("count"),
            column("count_diff"),
            column("size", { isBar: true }),
            column("size_diff"),
            column("indirect_size", {
              heading: "with it",
              unit: "bytes",
              explains: "Lost with it: what only it reached",
            }),
            column("type_text"),
            column("holder_text"),
          ],
        }),
      ),
    );
    const place = h("div");
    root.append(place);
    const cycles = await answer(view, "cycles", { limit: "100" }, place);
    place.append(
      card(
        "Cycles",
        tableView({
          path: "cycles",
          params: {},
          key: "cycles",
          prefix: "cycles.",
          state: params,
          signal,
          first: cycles,
          rowLink: ofAddress,
          empty: "No cycle of owners is alive by itself.",
          columns: [
            column("fields", { link: ofAddress }),
            column("count"),
            column("objects"),
            column("size", { isBar: true }),
            column("kept_by"),
            column("address", { link: ofAddress }),
          ],
        }),
      ),
    );
    const nets = Object.entries(cycles.answers)
      .filter(([key]) => /^cycle(_\d+)?$/.test(key))
      .map(([, net]) => net)
      .filter(isNet);
    for (const net of nets) if (net.svg) place.append(card(net.title, drawnNet(net, goTo)));
    if (nets.some((net) => net.svg)) place.append(netLegend());
    const notes = [...new Set([...document.notes, ...cycles.notes])],
      next = [...new Set([...document.next, ...cycles.next])];
    ending(root, { ...document, notes, next });
  },
};
