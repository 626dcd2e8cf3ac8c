import { readFileSync } from "node:fs";

/** A real dump, byte for byte. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

export function fixtureText(name: string): string {
  return new TextDecoder().decode(fixture(name));
}

export const FIXTURES = [
  "Felica.nfc",
  "Ntag215.nfc",
  "Slix_cap_default.nfc",
  "Ultralight_C.nfc",
  "ntag216-empty.json",
  "s50-empty-key.bin",
  "s50-empty.bin",
] as const;

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);
