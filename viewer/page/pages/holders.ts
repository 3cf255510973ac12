// SPDX-License-Identifier: MIT
//
// Holders: the net of what refers to an object or the objects of a type, back to the roots, drawn by the server.
import { column } from "../columns";
import { h } from "../dom";
import { drawnNet, netLegend } from "../net";
import { type Page, type View, answer, hasRows } from "../page";
import { card, choice, ending, toHolders } from "../parts";
import { type Params, link } from "../route";
import { type Net, type NetNode, isNet, tableOf } from "../shapes";
import { chooseSubject } from "../start";
import { plainTable } from "../table";

const depths: [string, string][] = [
  ["1", "1"],
  ["2", "2"],
  ["3", "3"],
  ["4", "4"],
  ["5", "5"],
  ["6", "6"],
];

export const holders: Page = {
  name: "holders",
  title: "Holders",
  key: "h",
  question: "Who keeps it alive, through which fields?",
  async show(view) {
    const { type = "", address = "" } = view.params;
    if (type === "" && address === "") await chooseSubject(view, "holders", (name) => toHolders({ type: name }));
    else await showNet(view, { type, address });
  },
};

// A dashed node is followed further; any other becomes what is asked for.
function chosen(view: View, node: NetNode): void {
  if (!node.address) return;
  const { expand = "" } = view.params;
  location.hash = node.has_more
    ? link("holders", { ...view.params, expand: expand === "" ? node.address : `${expand},${node.address}` })
    : link("object", { address: node.address });
}

async function showNet(view: View, subject: Params): Promise<void> {
  const { root, params } = view;
  const depth = params.depth ?? "3";
  root.append(
    h("h2", { class: "subject" }, params.type || params.address),
    h(
      "div",
      { class: "toolbar" },
      h("span", { class: "quiet" }, "Steps"),
      choice("Steps", depths, depth, (value) => {
        location.hash = link("holders", { ...params, depth: value === "3" ? "" : value });
      }),
      params.expand ? h("a", { href: link("holders", { ...params, expand: "" }) }, "Fold again") : null,
      params.type
        ? h("a", { href: link("object", { type: params.type }) }, "List them")
        : h("a", { href: link("object", { address: params.address }) }, "The object"),
    ),
  );
  const document = await answer(view, "holders", {
    ...subject,
    depth: params.depth ?? "",
    expand: params.expand ?? "",
  });
  const table = tableOf(document, "holders");
  if (hasRows(table)) {
    root.append(
      plainTable(
        table.rows,
        [
          column("holder", { isWrapped: true }),
          column("field", { isWrapped: true }),
          column("count"),
          column("share"),
          column("size", { isBar: true }),
          column("chain"),
        ],
        table.title,
      ),
    );
  }
  for (const net of chains(document.answers))
    root.append(
      card(
        net.title,
        drawnNet(net, (node) => chosen(view, node)),
      ),
    );
  const net = document.answers.net;
  if (isNet(net))
    root.append(
      card(
        net.title,
        drawnNet(net, (node) => chosen(view, node)),
        h(
          "p",
          { class: "quiet hint" },
          "A click on a dashed box follows it further; on any other box it opens the object.",
        ),
      ),
    );
  root.append(netLegend());
  ending(root, document);
}

function chains(answers: Record<string, unknown>): Net[] {
  return Object.entries(answers)
    .filter(([key]) => /^chain(_\d+)?$/.test(key))
    .map(([, net]) => net as Net)
    .filter((net) => isNet(net));
}
