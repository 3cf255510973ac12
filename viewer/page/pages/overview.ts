// SPDX-License-Identifier: MIT
//
// Overview: what is wrong, as heapkit diagnose says it; totals, course, and what was lost on the way.
import { boot } from "../ask";
import { liveChart } from "../charts";
import { column } from "../columns";
import { h } from "../dom";
import { drawnNet, netLegend } from "../net";
import { type Page, type Session, type View, answer, hasRows } from "../page";
import { card, ending, goTo } from "../parts";
import { link } from "../route";
import { type Document, type Row, isNet, isSeries, number, tableOf, text } from "../shapes";
import { facts, plainTable } from "../table";
import { count, signed, size } from "../units";
import { marksOf } from "./timeline";

function figure(value: string, label: string, more = ""): HTMLElement {
  return h(
    "div",
    { class: "figure" },
    h("b", {}, value),
    h("span", {}, label),
    more ? h("span", { class: "quiet" }, more) : null,
  );
}

function totals({ session }: View): HTMLElement {
  const newest = session.snapshots[session.snapshots.length - 1],
    oldest = session.snapshots[0];
  const several = session.snapshots.length > 1;
  const fact = (key: string) => text(tableOf(session, "facts")?.rows.find((row) => row.key === key) ?? {}, "text");
  const figures = [
    figure(
      size(newest.live_bytes),
      "live",
      several ? `${signed(newest.live_bytes - oldest.live_bytes, size)} since the first` : "",
    ),
    figure(
      count(newest.live_blocks),
      "blocks",
      several ? `${signed(newest.live_blocks - oldest.live_blocks, count)} since the first` : "",
    ),
  ];
  const peak = fact("peak_bytes") || fact("peak");
  if (peak) figures.push(figure(peak.replace(/ in .*/s, ""), "at the peak"));
  return h("div", { class: "figures" }, ...figures);
}

const pageOf: Record<string, string> = {
  container: "containers",
  closure: "closures",
  cycle: "leaks",
  leak: "leaks",
  growth: "diff",
};

function cause(document: Document, row: Row, index: number): HTMLElement {
  const about = tableOf(document, `cause_${index + 1}`),
    picture = document.answers[`picture_${index + 1}`];
  const speed = number(row, "per_second");
  const page = pageOf[text(row, "kind")];
  return h(
    "section",
    { class: "card cause" },
    h(
      "h3",
      {},
      h("span", { class: "ordinal" }, String(index + 1)),
      text(row, "title"),
      h(
        "span",
        { class: "aside" },
        [speed > 0 ? `${size(speed)} a second` : "", text(row, "confidence")].filter(Boolean).join(", "),
      ),
    ),
    about ? facts(about.rows, "what", "is") : null,
    isNet(picture) && picture.svg ? drawnNet(picture, goTo) : null,
    page ? h("p", {}, h("a", { href: link(page) }, "Show all of them")) : null,
  );
}

async function findings(view: View, verdict: HTMLElement, place: HTMLElement, end: HTMLElement): Promise<void> {
  const document = await answer(view, "diagnose", {}, place);
  const causes = tableOf(document, "causes")?.rows ?? [];
  verdict.textContent = (document as Document & { verdict?: string }).verdict ?? "";
  place.append(...causes.map((row, index) => cause(document, row, index)));
  if (causes.some((_, index) => isNet(document.answers[`picture_${index + 1}`]))) place.append(netLegend());
  ending(end, document);
}

async function course(view: View, place: HTMLElement): Promise<void> {
  const document = await answer(view, "timeline", {}, place);
  const live = document.answers.timeline;
  if (isSeries(live) && live.x.length > 1)
    place.append(card(live.title, liveChart(live, marksOf(document), view.signal)));
}

function about(session: Session): HTMLElement[] {
  const losses = tableOf(session, "losses"),
    known = tableOf(session, "facts");
  return [
    hasRows(losses)
      ? card(
          "Losses",
          plainTable(
            losses.rows,
            [
              column("what", { heading: "what" }),
              column("lost", { unit: "count" }),
              column("consequence", { isWrapped: true }),
            ],
            "",
          ),
        )
      : card("Losses", h("p", { class: "quiet" }, "None: every block is in the figures.")),
    ...(known ? [card("The newest snapshot", facts(known.rows, "what", "text"))] : []),
  ];
}

function leftOut(): HTMLElement[] {
  const sentences = boot.left_out.map((sentence) => h("p", { class: "quiet" }, sentence));
  return sentences.length > 0 ? [card("What this report does not have", ...sentences)] : [];
}

export const overview: Page = {
  name: "overview",
  title: "Overview",
  key: "v",
  question: "What is wrong, and where do I look?",
  async show(view) {
    const { root, session } = view;
    const verdict = h("p", { class: "verdict" }),
      chart = h("div"),
      causes = h("div"),
      end = h("div");
    root.append(totals(view), verdict, chart, causes, ...about(session), ...leftOut(), end);
    await Promise.all([course(view, chart), findings(view, verdict, causes, end)]);
  },
};
