import { toHex } from "@cardwire/core";

/** A data object as it is printed: parsed BER-TLV, COMPACT-TLV or SIMPLE-TLV. */
export interface PrintableTlv {
  readonly tag: number;
  readonly value: Uint8Array;
  readonly children?: readonly PrintableTlv[] | undefined;
}

/**
 * Prints data objects as a tree, one line each: tag, length of the value in bytes, the tag's name when one is given, and
 * a primitive object's value. Two blanks more for each level.
 *
 * @param names what to call tags.
 */
export function formatTlv(objects: readonly PrintableTlv[], names: Readonly<Record<number, string>> = {}): string {
  const lines: string[] = [];
  addLines(lines, objects, names, "");
  return lines.join("\n");
}

function addLines(
  lines: string[],
  objects: readonly PrintableTlv[],
  names: Readonly<Record<number, string>>,
  indent: string,
): void {
  for (const { tag, value, children } of objects) {
    const digits = tag.toString(16).toUpperCase();
    let line = `${indent}${digits.length % 2 ? "0" : ""}${digits} (${value.length})`;
    const name = names[tag];
    if (name !== undefined) line += ` ${name}`;
    if (children === undefined) {
      if (value.length > 0) line += `: ${toHex(value)}`;
      lines.push(line);
    } else {
      lines.push(line);
      addLines(lines, children, names, `${indent}  `);
    }
  }
}
