// SPDX-License-Identifier: MIT
//
// Closures: lambdas, bound functions and coroutines by source line, what they capture, and which are never removed.
import { column } from "../columns";
import { h } from "../dom";
import { drawnNet, netLegend } from "../net";
import { type Page, answer, hasRows } from "../page";
import { card, ending, goTo, ofAddress } from "../parts";
import { isNet, isTable, tableOf } from "../shapes";
import { facts, plainTable, tableView } from "../table";

export const closures: Page = {
  name: "closures",
  title: "Closures",
  key: "l",
  question: "Which lambdas and coroutines live, what do they capture, and which are never removed?",
  async show(view) {
    const { root, params, signal } = view;
    const document = await answer(view, "closures", { limit: "100" });
    for (const [key, leaked] of Object.entries(document.answers)) {
      if (!/^leaked(_\d+)?$/.test(key) || !isTable(leaked)) continue;
      const chain = document.answers[key.replace("leaked", "chain")];
      root.append(
        h(
          "section",
          { class: "card cause" },
          h("h2", {}, leaked.title),
          facts(leaked.rows, "what", "is"),
          isNet(chain) && chain.svg ? drawnNet(chain, goTo) : null,
          isNet(chain) && chain.svg ? netLegend() : null,
        ),
      );
    }
    root.append(
      card(
        "By source line",
        tableView({
          path: "closures",
          params: {},
          key: "closures",
          state: params,
          signal,
          first: document,
          filter: "Filter closures",
          rowLink: ofAddress,
          empty: "No closure was found.",
          columns: [
            column("name", { heading: "closure", link: ofAddress }),
            column("count"),
            column("count_diff"),
            column("counts"),
            column("size"),
            column("retained", { isBar: true }),
            column("held_by"),
            column("freed"),
            column("course"),
          ],
        }),
      ),
    );
    const captures = tableOf(document, "captures");
    if (hasRows(captures))
      root.append(
        card(
          captures.title,
          plainTable(
            captures.rows,
            [
              column("name", { heading: "closure", isWrapped: true }),
              column("captures"),
              column("made_by"),
              column("registered_by"),
            ],
            "",
          ),
        ),
      );
    ending(root, document);
  },
};
