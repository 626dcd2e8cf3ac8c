import { copyBytes, equalBytes, FormatError, fromHex } from "@cardwire/core";

/** Key A or key B of a sector. */
export type ClassicKeyType = "a" | "b";

/** Keys of one sector, as far as they are known: 6 bytes each. */
export interface SectorKeys {
  readonly a?: Uint8Array;
  readonly b?: Uint8Array;
}

const KEY_BYTES = 6;

/** Keys that everybody knows. */
export const WELL_KNOWN_KEYS: Readonly<Record<"transport" | "mad" | "ndef", string>> = {
  /** As cards leave the factory (MF1S50yyX data sheet, section 8.7). */
  transport: "FFFFFFFFFFFF",
  /** Key A of the sectors that hold the application directory (AN10787 section 3.3). */
  mad: "A0A1A2A3A4A5",
  /** Key A of sectors with NDEF data (AN1304 section 4.3). */
  ndef: "D3F7D3F7D3F7",
};

/** A copy of a key. @throws FormatError for one that does not have 6 bytes. */
export function checkedKey(key: Uint8Array): Uint8Array {
  if (key.length !== KEY_BYTES)
    throw new FormatError(key.length < KEY_BYTES ? "TOO_SHORT" : "TOO_LONG", `6 bytes, not ${key.length}`, {
      field: "key",
    });
  return copyBytes(key);
}

/** The keys of a card: those of each sector, and those that are tried where none is known. */
export class KeyRing {
  readonly #sectors = new Map<number, { a?: Uint8Array; b?: Uint8Array }>();
  readonly #tried: Uint8Array[];
  /** Keys that opened some sector: cards mostly have the same ones everywhere. */
  readonly #proven: Uint8Array[] = [];

  constructor(sectors: ReadonlyMap<number, SectorKeys> | undefined, tried: readonly Uint8Array[] | undefined) {
    this.#tried = (tried ?? Object.values(WELL_KNOWN_KEYS).map(fromHex)).map(checkedKey);
    for (const [sector, keys] of sectors ?? []) this.set(sector, keys);
  }

  set(sector: number, { a, b }: SectorKeys): void {
    const known = this.#sectors.get(sector) ?? {};
    if (a !== undefined) known.a = checkedKey(a);
    if (b !== undefined) known.b = checkedKey(b);
    this.#sectors.set(sector, known);
  }

  of(sector: number): SectorKeys {
    return { ...this.#sectors.get(sector) };
  }

  all(): ReadonlyMap<number, SectorKeys> {
    return new Map([...this.#sectors].map(([sector, keys]) => [sector, { ...keys }]));
  }

  /** What to try for a sector, each key once: the known one alone, else the preferred one, then what opened others. */
  candidates(sector: number, type: ClassicKeyType, preferred?: Uint8Array): readonly Uint8Array[] {
    const known = this.#sectors.get(sector)?.[type];
    if (known !== undefined) return [known];
    const keys: Uint8Array[] = [];
    for (const key of [...(preferred === undefined ? [] : [preferred]), ...this.#proven, ...this.#tried])
      if (!keys.some((other) => equalBytes(other, key))) keys.push(key);
    return keys;
  }

  remember(sector: number, type: ClassicKeyType, key: Uint8Array): void {
    this.set(sector, { [type]: key });
    const before = this.#proven.findIndex((other) => equalBytes(other, key));
    if (before >= 0) this.#proven.splice(before, 1);
    this.#proven.unshift(key);
  }
}
