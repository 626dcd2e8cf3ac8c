import { pageHtml } from "./layout.ts";
import type { LinkedFile } from "./links.ts";
import { navigation } from "./navigation.ts";
import { type Highlight, type Page, renderPage } from "./render.ts";

/** All pages of the documentation, rendered and framed. */
export interface Site {
  readonly pages: readonly Page[];
  readonly files: readonly LinkedFile[];
}

/** Renders docs/ and the README. */
export function renderSite(highlight: Highlight): Site {
  const sections = navigation();
  const pages = sections.flatMap((section) => section.pages.map((path) => renderPage(path, highlight)));
  const titles = new Map(pages.map(({ path, title }) => [path, title]));
  return { pages, files: pages.map((page) => ({ path: `${page.path}.html`, html: pageHtml(page, sections, titles) })) };
}
