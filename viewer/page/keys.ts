// SPDX-License-Identifier: MIT
//
// Keys: / to the filter, g and a letter to a page, ? for help. What a table or a picture does with keys is its own.
import { h, isTyping } from "./dom";
import { pages } from "./pages";
import { link } from "./route";

const waitForSecond = 1500; // ms between g and the letter

export function listenToKeys(): void {
  let goUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") (event.target as HTMLElement).blur();
      return;
    }
    const page =
      event.timeStamp < goUntil
        ? pages.flatMap((group) => group.pages).find((one) => one.key === event.key)
        : undefined;
    goUntil = event.key === "g" ? event.timeStamp + waitForSecond : 0;
    if (page) location.hash = link(page.name);
    else if (event.key === "/") document.querySelector<HTMLElement>("main .filter")?.focus();
    else if (event.key === "?") openHelp();
    else return;
    event.preventDefault();
  });
}

export function openHelp(): void {
  document.querySelector("dialog")?.remove();
  const row = (keys: string[], what: string) => [
    h("dt", {}, ...keys.flatMap((key, index) => [index > 0 ? " " : "", h("kbd", {}, key)])),
    h("dd", {}, what),
  ];
  const dialog = h(
    "dialog",
    { "aria-label": "Keys" },
    h("h2", {}, "Keys"),
    h(
      "dl",
      { class: "keys" },
      ...row(["/"], "to the filter or search"),
      ...row(["?"], "this"),
      ...row(["↑", "↓", "Home", "End"], "walk in a table"),
      ...row(["Enter"], "open the row, zoom into the frame"),
      ...row(["←", "→"], "fold and open in a tree"),
      ...row(["Esc"], "back to all of a flame graph, out of a field"),
      ...row(["m"], "the menu of a frame, as a right click"),
      ...pages.flatMap((group) => group.pages.flatMap((page) => row(["g", page.key], page.title))),
    ),
    h("form", { method: "dialog" }, h("button", {}, "Close")),
  );
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}
