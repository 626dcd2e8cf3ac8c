import { createHighlighter } from "shiki";
import type { Highlight } from "./render.ts";

const LANGUAGES = ["ts", "js", "sh", "json", "yaml", "ini", "dockerfile", "c", "xml"] as const;
const THEMES = { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } as const;

/** Colours code for both themes at once. */
export async function createHighlight(): Promise<Highlight> {
  const highlighter = await createHighlighter({ themes: Object.values(THEMES), langs: [...LANGUAGES] });
  return (code, language) =>
    highlighter.codeToHtml(code, {
      lang: LANGUAGES.find((name) => name === language) ?? "text",
      themes: THEMES,
      defaultColor: "light-dark()",
      // on a busy machine the first line takes its time; given up on, it would be of one colour
      tokenizeTimeLimit: 0,
    });
}
