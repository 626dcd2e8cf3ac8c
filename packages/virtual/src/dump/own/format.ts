import { toHex } from "@cardwire/core";
import type { TagDump } from "../model.ts";

/** What the first field of every such file says. */
export const OWN_FORMAT = "cardwire tag dump";
export const OWN_VERSION = 1;

/** Bytes of a memory that stand on one line, by what the family reads at once. */
const LINE_BYTES: Readonly<Record<string, number>> = {
  "mifare-ultralight": 4,
  "mifare-classic": 16,
  "iso14443b-memory": 4,
  topaz: 8,
};

/**
 * Writes a dump as JSON of cardwire's own: every fact of the model, under its name there. Bytes are upper-case
 * hexadecimal digits, a memory is a list of its pages or blocks, what is not known is left out.
 */
export function formatOwnJson(dump: TagDump): string {
  const { kind } = dump;
  const lineBytes = lineBytesOf(dump);
  const tag = Object.fromEntries(
    Object.entries(dump)
      .filter(([name, value]) => name !== "kind" && value !== undefined)
      .map(([name, value]: [string, unknown]) => [
        name,
        name === "memory" && value instanceof Uint8Array ? lines(value, lineBytes) : plain(value),
      ]),
  );
  return `${JSON.stringify({ format: OWN_FORMAT, version: OWN_VERSION, kind, tag }, undefined, 2)}\n`;
}

function lineBytesOf(dump: TagDump): number {
  if (dump.kind === "iso15693") return dump.blockBytes;
  if (dump.kind === "iso14443b-memory" && dump.systemBlock === undefined) return 2;
  return LINE_BYTES[dump.kind] ?? 16;
}

function lines(memory: Uint8Array, lineBytes: number): string[] {
  const result: string[] = [];
  for (let offset = 0; offset < memory.length; offset += lineBytes)
    result.push(toHex(memory.subarray(offset, offset + lineBytes)));
  return result;
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}
