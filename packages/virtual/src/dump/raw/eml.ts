import { readHex } from "../bits.ts";
import { DumpError } from "../errors.ts";
import type { TagDump } from "../model.ts";
import { parseRaw } from "./parse.ts";

/**
 * Reads an `.eml` file: the memory in hexadecimal digits, a block of 16 bytes or a page of 4 on each line.
 *
 * @throws DumpError with the line that is wrong.
 */
export function parseEml(
  text: string,
  options: { readonly allowPartial: boolean; readonly fileName?: string | undefined },
): TagDump {
  const parts: Uint8Array[] = [];
  const unread: number[] = [];
  let length = 0;
  let lineBytes: number | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === "" || content.startsWith("#") || content.startsWith("+")) continue;
    const value = readHex(content);
    if (value === undefined) throw new DumpError("DAMAGED", "no bytes in hexadecimal", { line });
    lineBytes ??= value.bytes.length;
    if (lineBytes !== 16 && lineBytes !== 4)
      throw new DumpError("UNKNOWN_FORMAT", `lines have 16 or 4 bytes, not ${lineBytes}`, { line });
    if (value.bytes.length !== lineBytes)
      throw new DumpError("DAMAGED", `has ${value.bytes.length} bytes, the lines before it ${lineBytes}`, { line });
    if (value.unread.length > 0 && !options.allowPartial)
      throw new DumpError("PARTIAL", `${value.unread.length} of ${lineBytes} bytes were not read`, { line });
    for (const missing of value.unread) unread.push(length + missing);
    parts.push(value.bytes);
    length += lineBytes;
  }
  const memory = new Uint8Array(length);
  parts.forEach((part, index) => memory.set(part, index * (lineBytes ?? 0)));
  return parseRaw(memory, { fileName: options.fileName, unread });
}
