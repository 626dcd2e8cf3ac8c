import { byId } from "./dom.ts";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const LABEL: Readonly<Record<Theme, string>> = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" };
const STORED = "cardwire-theme";

/** The button that goes round the themes: the system's, light, dark. */
export function showTheme(): void {
  const button = byId("theme");
  const root = document.documentElement;
  const current = (): Theme => THEMES.find((theme) => theme === root.dataset["theme"]) ?? "auto";
  const show = (): void => {
    button.textContent = LABEL[current()];
    button.setAttribute("aria-label", `Theme: ${current()}`);
  };
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length] ?? "auto";
    if (next === "auto") delete root.dataset["theme"];
    else root.dataset["theme"] = next;
    try {
      if (next === "auto") localStorage.removeItem(STORED);
      else localStorage.setItem(STORED, next);
    } catch {
      // a browser that keeps nothing still shows the theme now
    }
    show();
  });
  show();
}
