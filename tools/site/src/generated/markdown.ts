import { format } from "prettier";

/** A table in Markdown; a bar in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A page as prettier leaves it. */
export function page(parts: readonly string[]): Promise<string> {
  return format(`${parts.join("\n\n")}\n`, { parser: "markdown", printWidth: 120 });
}

/** "0x8010002E" */
export function hex32(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(8, "0")}`;
}

/** "072F" */
export function hex16(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, "0");
}
