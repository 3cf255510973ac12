// SPDX-License-Identifier: MIT
//
// The page that heapkit view serves and heapkit report writes: a frame with the names of the pages, and in it the view
// that the address says. Everything is asked from the program that serves it, or lies in the file; nothing else.
import { Refusal, ask, boot } from "./ask";
import { h } from "./dom";
import { listenToKeys, openHelp } from "./keys";
import type { Session, View } from "./page";
import { pageNamed, pages } from "./pages";
import { current, link } from "./route";
import { problem, working } from "./said";
import { themeSwitch } from "./theme";
import { dateAndClock } from "./units";
import "uplot/dist/uPlot.min.css";
import "./page.css";

const navigation = h("nav", { class: "pages", "aria-label": "Pages" });
const heading = h("div", { class: "heading" });
const main = h("main", { tabindex: -1 });
let shown: AbortController | null = null;

function frame(): void {
  document.body.replaceChildren(
    h(
      "header",
      {},
      h("a", { class: "brand", href: link("overview") }, "heapkit"),
      heading,
      themeSwitch(),
      h("button", { type: "button", class: "plain", title: "Keys", "aria-label": "Keys", onclick: openHelp }, "?"),
    ),
    navigation,
    main,
  );
}

function showHeading(session: Session): void {
  const { snapshots } = session;
  const newest = snapshots[snapshots.length - 1],
    oldest = snapshots[0];
  if (!newest) return;
  const times =
    snapshots.length > 1
      ? `${dateAndClock(oldest.snapshot_unix_ns)} → ${dateAndClock(newest.snapshot_unix_ns).slice(11)}`
      : dateAndClock(newest.snapshot_unix_ns);
  const name = (file: string) => file.split("/").pop();
  heading.replaceChildren(
    h("b", {}, `${newest.program} (pid ${newest.pid})`),
    h("span", {}, times),
    h(
      "span",
      { class: "quiet", title: snapshots.map((snapshot) => snapshot.file).join("\n") },
      snapshots.length > 1
        ? `${name(oldest.file)} → ${name(newest.file)} (${snapshots.length} snapshots)`
        : `${name(newest.file)}`,
    ),
    ...(boot.mode === "report" ? [h("span", { class: "badge" }, "report")] : []),
  );
}

function showNavigation(session: Session, name: string): void {
  navigation.replaceChildren(
    ...pages
      .flatMap((group) => [
        group.heading ? h("h2", {}, group.heading) : null,
        ...group.pages.map((page) => {
          const why = session.pages?.[page.name];
          return h(
            "a",
            {
              href: link(page.name),
              "aria-current": page.name === name ? "page" : undefined,
              class: why ? "without" : "",
              title: why ?? page.question,
            },
            page.title,
          );
        }),
      ])
      .filter((element) => element !== null),
  );
}

async function show(session: Session): Promise<void> {
  shown?.abort();
  shown = new AbortController();
  const { signal } = shown,
    { page, params } = current();
  showNavigation(session, page);
  const root = h("div", { class: `view view-${page}` });
  main.replaceChildren(root);
  try {
    await fill({ root, params, session, signal }, page);
  } catch (error) {
    if (!signal.aborted) root.append(problem(error));
  }
  if (!signal.aborted) root.dataset.whole = ""; // for who waits until all of it is there
}

async function fill(view: View, name: string): Promise<void> {
  const page = pageNamed(name);
  if (!page) throw new Refusal(`There is no page “${name}”.`, "", "Those that there are stand beside.");
  document.title = `${page.title} · ${view.session.program} · heapkit`;
  view.root.append(h("h1", {}, page.title, h("span", { class: "question" }, page.question)));
  const why = view.session.pages[page.name];
  if (why) view.root.append(h("p", { class: "nothing" }, why));
  else await page.show(view);
}

async function start(): Promise<void> {
  frame();
  listenToKeys();
  const done = working(main);
  try {
    const session = (await ask("session")) as Session;
    done();
    showHeading(session);
    window.addEventListener("hashchange", () => {
      void show(session);
      main.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    });
    await show(session);
  } catch (error) {
    done();
    main.replaceChildren(problem(error));
  }
}

void start();
