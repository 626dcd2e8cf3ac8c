import MiniSearch from "minisearch";
import type { Page } from "./render.ts";

/** What the search knows of a part of a page. */
export interface SearchEntry {
  readonly id: string;
  readonly title: string;
  readonly heading: string;
  readonly text: string;
}

/** How the index is made, and must be read. */
export const SEARCH_OPTIONS: { fields: string[]; storeFields: string[] } = {
  fields: ["heading", "title", "text"],
  storeFields: ["title", "heading"],
};

/** The index of all pages, as JSON. */
export function searchIndex(pages: readonly Page[]): string {
  const search = new MiniSearch<SearchEntry>(SEARCH_OPTIONS);
  for (const { path, title, sections } of pages)
    search.addAll(
      sections.map(({ heading, text }) => ({
        id: heading.level === 1 ? `${path}.html` : `${path}.html#${heading.id}`,
        title,
        heading: heading.text,
        text,
      })),
    );
  return JSON.stringify(search);
}
