import type { Section } from "./navigation.ts";
import { escape, type Page, relativeTo } from "./render.ts";

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%235b4be1'/%3E%3Cpath d='M10 15.5a8 8 0 0 1 8-8M10 21.5a14 14 0 0 1 14-14' fill='none' stroke='white' stroke-width='3' stroke-linecap='round'/%3E%3Ccircle cx='11' cy='22' r='2.6' fill='white'/%3E%3C/svg%3E";

/** A page in its frame: navigation, content, what is on it, and where to go next. */
export function pageHtml(page: Page, sections: readonly Section[], titles: ReadonlyMap<string, string>): string {
  const to = (target: string): string => relativeTo(page.path, target);
  const order = sections.flatMap(({ pages }) => pages);
  const index = order.indexOf(page.path);
  const name = page.path === "index" ? "cardwire: smart cards and NFC tags in TypeScript" : `${page.title} · cardwire`;
  return `<!doctype html>
<html lang="en" data-root="${to("index.html").replace(/index\.html$/, "")}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escape(name)}</title>
    <link rel="icon" href="${ICON}" />
    <link rel="stylesheet" href="${to("style.css")}" />
    <script>try { const theme = localStorage.getItem("cardwire-theme"); if (theme) document.documentElement.dataset.theme = theme; } catch {}</script>
    <script type="module" src="${to("site.js")}"></script>
  </head>
  <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header class="site-top">
      <button type="button" id="menu" class="quiet" aria-expanded="false" aria-controls="navigation">☰<span class="unseen"> Menu</span></button>
      <a class="brand" href="${to("index.html")}"><svg class="logo" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" /><path d="M10 15.5a8 8 0 0 1 8-8M10 21.5a14 14 0 0 1 14-14" /><circle cx="11" cy="22" r="2.6" /></svg>cardwire</a>
      <div class="search" role="search">
        <input id="search" type="search" placeholder="Search" aria-label="Search the documentation" autocomplete="off" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list" />
        <kbd aria-hidden="true">/</kbd>
        <ul id="found" role="listbox" aria-label="Found" hidden></ul>
      </div>
      <nav aria-label="Site">
        <a href="${to("playground/index.html")}">Playground</a>
        <a href="${to("api/index.html")}">Reference</a>
        <button type="button" id="theme" class="quiet" aria-label="Theme"></button>
      </nav>
    </header>
    <div class="site-columns">
      <nav id="navigation" aria-label="Pages">
${sections.map((section) => sectionHtml(section, page.path, titles)).join("\n")}
      </nav>
      <main id="content" tabindex="-1">
${page.html}
${nextHtml(page.path, order[index - 1], order[index + 1], titles)}
      </main>
      ${contentsHtml(page)}
    </div>
  </body>
</html>
`;
}

function sectionHtml({ title, pages }: Section, current: string, titles: ReadonlyMap<string, string>): string {
  const link = (path: string): string => {
    const mark = path === current ? ' aria-current="page"' : "";
    return `<li><a href="${relativeTo(current, `${path}.html`)}"${mark}>${escape(shortTitle(path, titles))}</a></li>`;
  };
  return `<h2>${title}</h2><ul>${pages.map(link).join("")}</ul>`;
}

/** A page's name in the navigation, without what its section says already. */
function shortTitle(path: string, titles: ReadonlyMap<string, string>): string {
  const title = titles.get(path) ?? path;
  if (path === "index") return "Overview";
  if (path.startsWith("packages/")) return path.slice("packages/".length);
  return title
    .replace(/^Five minutes (?:on|in) (?:a |the )?/, "")
    .replace(/^browser$/, "Browser")
    .replace(/^Recipes$/, "All recipes");
}

function nextHtml(
  path: string,
  before: string | undefined,
  after: string | undefined,
  titles: ReadonlyMap<string, string>,
): string {
  const link = (target: string | undefined, arrow: string, word: string): string =>
    target === undefined
      ? "<span></span>"
      : `<a class="${word.toLowerCase()}" href="${relativeTo(path, `${target}.html`)}"><small>${arrow} ${word}</small>${escape(titles.get(target) ?? target)}</a>`;
  return `<nav class="neighbours" aria-label="Neighbouring pages">${link(before, "←", "Before")}${link(after, "→", "Next")}</nav>`;
}

function contentsHtml({ headings }: Page): string {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 2) return '<div class="contents"></div>';
  const items = shown.map(
    ({ level, id, text }) => `<li class="level-${level}"><a href="#${id}">${escape(text)}</a></li>`,
  );
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${items.join("")}</ul></nav>`;
}
