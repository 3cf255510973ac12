// SPDX-License-Identifier: MIT
//
// What is said beside an answer: that it is being worked on, what went wrong, doubts, and what to run next.
import { Refusal } from "./ask";
import { h } from "./dom";

const patience = 150; // ms that an answer may take before anything is said

/** Says in `place` that it is being worked on, unless that ends soon. Returns what ends it. */
export function working(place: HTMLElement): () => void {
  const said = h("p", { class: "working", role: "status" }, "Working on it…");
  const timer = window.setTimeout(() => place.replaceChildren(said), patience);
  return () => {
    window.clearTimeout(timer);
    said.remove();
  };
}

export function problem(error: unknown): HTMLElement {
  const refusal =
    error instanceof Refusal ? error : new Refusal(error instanceof Error ? error.message : String(error), "", "");
  const { what, where, advice, command } = refusal;
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("p", {}, what),
    where && h("p", { class: "quiet" }, where),
    advice && h("p", {}, advice),
    command && copyable(command),
  );
}

export function notes(texts: string[]): HTMLElement | null {
  return texts.length === 0
    ? null
    : h("section", { class: "notes", "aria-label": "Notes" }, ...texts.map((text) => h("p", {}, text)));
}

/** Every view ends with what is worth running in the terminal. A click copies it. */
export function next(commands: string[]): HTMLElement | null {
  if (commands.length === 0) return null;
  return h(
    "section",
    { class: "next", "aria-label": "Next" },
    h("h2", {}, "Next, in the terminal"),
    ...commands.map(copyable),
  );
}

function copyable(command: string): HTMLElement {
  const button = h("button", { type: "button", class: "command", title: "Copy" }, command);
  button.addEventListener("click", () => void copy(command, button));
  return button;
}

async function copy(command: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(command);
    button.classList.add("copied");
    window.setTimeout(() => button.classList.remove("copied"), 1200);
  } catch {
    // no clipboard without permission: select it instead
    window.getSelection()?.selectAllChildren(button);
  }
}
