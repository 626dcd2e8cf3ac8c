import { FormatError } from "@cardwire/core";

/** The first key of a table under which a value stands. */
export function nameIn<Name extends string, Value extends number | string>(
  table: Readonly<Record<Name, Value>>,
  value: number | string,
): Name | undefined {
  for (const name in table) if (table[name] === value) return name;
  return undefined;
}

/** A code for a log: its symbol, its number, what it means; the number alone when it has no symbol. */
export function describe(symbol: string | undefined, number: string, meaning: string | undefined): string {
  return symbol === undefined ? number : `${symbol} (${number}): ${meaning ?? ""}`;
}

/**
 * A 32-bit code as an unsigned number: foreign-function calls hand LONGs up with a sign.
 *
 * @throws FormatError INVALID_VALUE for what is no 32-bit integer.
 */
export function unsigned32(code: number): number {
  if (!Number.isInteger(code) || code < -0x8000_0000 || code > 0xffff_ffff)
    throw new FormatError("INVALID_VALUE", `${code} is no 32-bit integer`, { field: "code" });
  return code >>> 0;
}

/** A code's eight hexadecimal digits, for codes without a symbol. */
export function hex32(code: number): string {
  return `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
}
