import { byId, h } from "@cardwire-tools/playground/dom";
import { showTheme } from "@cardwire-tools/playground/theme";
import MiniSearch, { type SearchResult } from "minisearch";
import { SEARCH_OPTIONS } from "../search-index.ts";

const root = document.documentElement.dataset["root"] ?? "";

/** Opens and closes the navigation on narrow screens. */
function showMenu(): void {
  const button = byId("menu");
  button.addEventListener("click", () => {
    const isOpen = document.body.classList.toggle("menu-open");
    button.setAttribute("aria-expanded", String(isOpen));
  });
}

/** The search, whose index is fetched when somebody first looks for something. */
function showSearch(): void {
  const input = byId("search");
  const list = byId("found");
  if (!(input instanceof HTMLInputElement)) return;
  let loading: Promise<MiniSearch> | undefined;
  let chosen = -1;
  const load = (): Promise<MiniSearch> =>
    (loading ??= fetch(`${root}search.json`)
      .then((response) => response.text())
      .then((json) => MiniSearch.loadJSON(json, SEARCH_OPTIONS)));
  const close = (): void => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (next: number): void => {
    const items = [...list.querySelectorAll<HTMLElement>("[role=option]")];
    chosen = items.length === 0 ? -1 : (next + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
    const item = items[chosen];
    if (item === undefined) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };
  const look = async (): Promise<void> => {
    const query = input.value.trim();
    if (query === "") {
      close();
      return;
    }
    const search = await load();
    if (query !== input.value.trim()) return;
    const found = search.search(query, { prefix: true, fuzzy: 0.2, boost: { title: 3, heading: 2 } }).slice(0, 8);
    list.replaceChildren(...(found.length > 0 ? found.map(item) : [h("li", { class: "none" }, "Nothing found")]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(0);
  };
  input.addEventListener("input", () => void look());
  input.addEventListener("focus", () => void load());
  input.addEventListener("blur", () => {
    // a click on something found comes before the list goes
    setTimeout(close, 150);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") list.querySelector<HTMLElement>("[aria-selected=true] a")?.click();
    else return;
    event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)
      return;
    event.preventDefault();
    input.focus();
  });
}

function item(result: SearchResult, index: number): HTMLElement {
  const title = String(result["title"]);
  const heading = String(result["heading"]);
  return h(
    "li",
    { role: "option", id: `found-${index}` },
    h(
      "a",
      { href: `${root}${String(result.id)}`, tabindex: -1 },
      h("strong", {}, heading),
      heading !== title && h("small", {}, title),
    ),
  );
}

/** The buttons that copy a piece of code. */
function showCopy(): void {
  for (const button of document.querySelectorAll<HTMLElement>(".copy"))
    button.addEventListener("click", () => {
      const code = button.parentElement?.querySelector("code")?.textContent ?? "";
      void navigator.clipboard.writeText(code).then(() => {
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
      });
    });
}

showTheme();
showMenu();
showSearch();
showCopy();
