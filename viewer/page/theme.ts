// SPDX-License-Identifier: MIT
//
// Light or dark: as the system is, or as the switch says. Kept in this browser, where that is allowed.
import { h } from "./dom";

const key = "heapkit-theme";
const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];

function kept(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? "auto";
  } catch {
    return "auto"; // a file: has no storage in some browsers
  }
}

function apply(theme: Theme): void {
  const isDark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  document.dispatchEvent(new Event("heapkit-theme"));
}

/** The switch. Applies what was kept at once. */
export function themeSwitch(): HTMLElement {
  let theme = kept();
  const label = () => ({ auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" })[theme];
  const button = h(
    "button",
    {
      type: "button",
      class: "plain",
      title: "Colours: as the system, light, dark",
      onclick: () => {
        theme = themes[(themes.indexOf(theme) + 1) % themes.length];
        try {
          localStorage.setItem(key, theme);
        } catch {
          /* it holds until the page is closed */
        }
        button.textContent = label();
        apply(theme);
      },
    },
    label(),
  );
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(theme));
  apply(theme);
  return button;
}
