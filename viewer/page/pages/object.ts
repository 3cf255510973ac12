// SPDX-License-Identifier: MIT
//
// Object: one block, and the way from it to what it holds and what holds it. Without an address: those of a type.
import { column } from "../columns";
import { drawnNet, netLegend } from "../net";
import { h } from "../dom";
import { type Page, type View, answer, hasRows } from "../page";
import { card, ending, goTo, ofAddress, linked, toHolders, toObjects } from "../parts";
import { link } from "../route";
import { problem } from "../said";
import { type Document, type Place, type Row, isNet, tableOf } from "../shapes";
import { chooseSubject } from "../start";
import { facts, plainTable, showTable, tableView } from "../table";
import { count } from "../units";

export const object: Page = {
  name: "object",
  title: "Object",
  key: "o",
  question: "What is in it, what allocated it, what refers to it, and to what does it refer?",
  async show(view) {
    if (view.params.address) await showOne(view, view.params.address);
    else if (view.params.type) await showOfType(view, view.params.type);
    else await chooseSubject(view, "object", toObjects);
  },
};

async function showOfType(view: View, type: string): Promise<void> {
  const { root, params, signal } = view;
  const end = h("div");
  root.append(h("h2", { class: "subject" }, type), h("p", {}, linked(toHolders({ type }), "Who holds them")));
  await showTable(root, {
    path: "objects",
    params: { type },
    key: "objects",
    state: params,
    signal,
    filter: "Filter by allocation site",
    rowLink: ofAddress,
    columns: [
      column("address", { link: ofAddress }),
      column("size"),
      column("age_ns"),
      column("site"),
      column("holder"),
    ],
    onAnswer: (document) => {
      end.replaceChildren();
      ending(end, document);
    },
  });
  root.append(end);
}

function frames(document: Document): HTMLElement | null {
  const row = tableOf(document, "allocation")?.rows[0];
  const traceback = row && Array.isArray(row.traceback) ? (row.traceback as Place[]) : [];
  if (traceback.length === 0) return null;
  return card(
    "Allocated by",
    h(
      "ol",
      { class: "frames" },
      ...traceback.map((frame) =>
        h(
          "li",
          {},
          h("code", {}, frame.function || "?"),
          h(
            "span",
            { class: "quiet" },
            ` ${frame.file ? `${frame.file.split("/").pop()}:${frame.line}` : frame.module}`,
          ),
        ),
      ),
    ),
  );
}

function neighbours(view: View, document: Document, key: "referrers" | "referents", title: string): HTMLElement {
  const { params, signal } = view;
  const columns = [
    column("field", { link: ofAddress }),
    column("to", { link: ofAddress }),
    column("how"),
    column("address", { link: ofAddress }),
  ];
  const rows = tableOf(document, key);
  return card(
    `${title}${rows?.rows_total ? ` (${count(rows.rows_total)})` : ""}`,
    tableView({
      path: "object",
      params: { address: params.address },
      key,
      prefix: `${key}.`,
      onlyOffset: key === "referrers" ? "offset" : "referents_offset",
      state: params,
      columns,
      signal,
      first: document,
      rowLink: ofAddress,
      empty: key === "referrers" ? "Nothing refers to it." : "It refers to nothing.",
    }),
  );
}

// Containers of static and stack memory are no blocks of their own, yet other pages speak of them.
function elsewhere(): HTMLElement {
  return h(
    "p",
    {},
    "What static memory and stacks keep alive is in ",
    h("a", { href: link("dominators") }, "Dominators"),
    " and ",
    h("a", { href: link("containers") }, "Containers"),
    ".",
  );
}

async function showOne(view: View, address: string): Promise<void> {
  const { root } = view;
  const document = await answer(view, "object", { address, limit: "100" }).catch((error: unknown) => {
    root.append(problem(error), elsewhere());
    return null;
  });
  if (!document) return;
  const about = tableOf(document, "object"),
    votes = tableOf(document, "votes"),
    fields = tableOf(document, "fields");
  root.append(
    h("h2", { class: "subject" }, about?.title ?? address),
    h("p", {}, linked(toHolders({ address }), "Picture of what holds it")),
  );
  if (about) root.append(facts(about.rows, "fact", "value"));
  if (hasRows(fields))
    root.append(
      card(
        "Fields",
        plainTable(
          fields.rows,
          [
            column("offset", { unit: "number" }),
            column("name", { heading: "field" }),
            column("type"),
            column("size"),
            column("value", { heading: "value", link: ofAddress }),
          ],
          "",
          ofAddress,
        ),
      ),
    );
  root.append(
    h(
      "div",
      { class: "columns" },
      neighbours(view, document, "referrers", "Who refers to it"),
      neighbours(view, document, "referents", "What it refers to"),
    ),
  );
  const stack = frames(document);
  if (stack) root.append(stack);
  if (hasRows(votes))
    root.append(
      card(
        "What says its type",
        plainTable(votes.rows as Row[], [column("type"), column("evidence"), column("trust")], ""),
      ),
    );
  const chain = document.answers.chain;
  if (isNet(chain)) root.append(card(chain.title, drawnNet(chain, goTo), netLegend()));
  ending(root, document);
}
