// SPDX-License-Identifier: MIT
//
// A menu where the pointer is. Arrows walk, Enter chooses, Escape and a click elsewhere close it.
import { h } from "./dom";

export function contextMenu(
  title: string,
  entries: [string, () => void][],
  x: number,
  y: number,
  signal: AbortSignal,
): void {
  document.querySelector(".menu")?.remove();
  const before = document.activeElement;
  const closing = new AbortController();
  const close = () => {
    closing.abort();
    menu.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
  const menu = h(
    "div",
    { class: "menu", role: "menu", "aria-label": title },
    h("p", { class: "quiet" }, title),
    ...entries.map(([label, action]) =>
      h(
        "button",
        {
          type: "button",
          role: "menuitem",
          onclick: () => {
            close();
            action();
          },
        },
        label,
      ),
    ),
  );
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll("button")],
      at = items.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(menu);
  menu.style.left = `${Math.max(0, Math.min(x, window.innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(0, Math.min(y, window.innerHeight - menu.offsetHeight - 8))}px`;
  menu.querySelector("button")?.focus();
  document.addEventListener(
    "pointerdown",
    (event) => {
      if (!menu.contains(event.target as Node)) close();
    },
    { signal: closing.signal },
  );
  signal.addEventListener("abort", close, { once: true, signal: closing.signal });
}
