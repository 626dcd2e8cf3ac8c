import { readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import MarkdownIt from "markdown-it";
import { docs, root } from "./paths.ts";

/** A heading of a page. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

/** A page, rendered. */
export interface Page {
  /** Path in the site without ".html", such as "recipes/ntag". */
  readonly path: string;
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
  /** Text below each heading, for the search. */
  readonly sections: readonly { readonly heading: Heading; readonly text: string }[];
}

/** Colours a piece of code: HTML of a `<pre>`. */
export type Highlight = (code: string, language: string) => string;

/** The file of a page: docs/PATH.md, and the README for "index". */
export function fileOf(path: string): string {
  return path === "index" ? join(root, "README.md") : join(docs, `${path}.md`);
}

/** Renders a page of docs/. Links to other pages become links of the site, pictures come inside the page. */
export function renderPage(path: string, highlight: Highlight): Page {
  const file = fileOf(path);
  const markdown = readFileSync(file, "utf8");
  const headings: Heading[] = [];
  const sections: { heading: Heading; text: string }[] = [];
  const renderer = new MarkdownIt({ html: true, linkify: false, typographer: false });
  const taken = new Set<string>();

  renderer.renderer.rules.fence = (tokens, index) => {
    const { content, info } = tokens[index] ?? { content: "", info: "" };
    const [language = ""] = info.split(" ");
    return `<div class="code">${highlight(content.trimEnd(), language)}<button type="button" class="copy" aria-label="Copy the code">Copy</button></div>\n`;
  };
  renderer.renderer.rules["table_open"] = () =>
    '<div class="table" tabindex="0" role="group" aria-label="Table"><table>\n';
  renderer.renderer.rules["table_close"] = () => "</table></div>\n";
  renderer.renderer.rules["heading_open"] = (tokens, index) => {
    const level = Number(tokens[index]?.tag.slice(1) ?? 2);
    const text = plainText(tokens[index + 1]?.content ?? "");
    const id = slug(text, taken);
    headings.push({ level, id, text });
    return `<h${level} id="${id}">`;
  };
  renderer.renderer.rules["heading_close"] = () => {
    const { id = "", level = 2, text = "" } = headings.at(-1) ?? {};
    const anchor = level === 1 ? "" : ` <a class="anchor" href="#${id}" aria-label="Link to “${escape(text)}”">#</a>`;
    return `${anchor}</h${level}>\n`;
  };
  const renderLink =
    renderer.renderer.rules["link_open"] ??
    ((tokens, index, options, _, self) => self.renderToken(tokens, index, options));
  renderer.renderer.rules["link_open"] = (tokens, index, options, environment, self) => {
    const token = tokens[index];
    const href = token?.attrGet("href") ?? "";
    token?.attrSet("href", siteLink(href, path));
    return renderLink(tokens, index, options, environment, self);
  };
  renderer.renderer.rules.image = (tokens, index) => {
    const token = tokens[index];
    const source = token?.attrGet("src") ?? "";
    return `<figure role="img" aria-label="${escape(token?.content ?? "")}">${picture(join(dirname(file), source))}</figure>`;
  };

  const html = renderer.render(markdown, {});
  let current: Heading | undefined;
  let next = 0;
  for (const token of renderer.parse(markdown, {})) {
    if (token.type === "heading_open") {
      current = headings[next++];
      if (current !== undefined) sections.push({ heading: current, text: "" });
    } else if (token.type === "inline" && current !== undefined) {
      const section = sections.at(-1);
      if (section !== undefined && token.content !== current.text) section.text += `${plainText(token.content)} `;
    }
  }
  return { path, title: headings[0]?.text ?? path, html, headings, sections };
}

/** A link in a page of docs/ as a link of the site; what leads out of docs/ leads to the repository. */
function siteLink(href: string, from: string): string {
  if (/^(?:[a-z]+:|#)/.test(href)) return href;
  const [target = "", anchor] = href.split("#");
  const hash = anchor === undefined ? "" : `#${anchor}`;
  if (target.includes("playground/")) return `${relativeTo(from, "playground/index.html")}${hash}`;
  const file = join(dirname(fileOf(from)), target);
  const inDocs = relative(docs, file);
  if (!inDocs.startsWith("..") && target.endsWith(".md"))
    return `${relativeTo(from, inDocs.replace(/\.md$/, ".html"))}${hash}`;
  if (file === join(root, "README.md")) return `${relativeTo(from, "index.html")}${hash}`;
  return `https://github.com/cardwire/cardwire/blob/main/${relative(root, file)}${hash}`;
}

/** The way from one page to another file of the site. */
export function relativeTo(from: string, target: string): string {
  const way = relative(dirname(from), target);
  return way === "" ? basename(target) : way;
}

/** A picture inside the page follows the theme that was chosen by hand; as a file of its own it follows the system's. */
function picture(file: string): string {
  return readFileSync(file, "utf8")
    .replace(/^\s*:root \{.*\}$/m, "")
    .replace(/\n\s*\n/g, "\n");
}

function slug(text: string, taken: Set<string>): string {
  // as the forge makes them, so that links work in both places
  const base = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
  let id = base;
  for (let number = 1; taken.has(id); number++) id = `${base}-${number}`;
  taken.add(id);
  return id;
}

function plainText(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[`*]/g, "")
    .replaceAll(/\b_|_\b/g, "");
}

/** Text as it can stand in HTML. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
