import type { UltralightProduct } from "./model.ts";

interface ProductFacts {
  readonly pages: number;
  /** Bytes 2, 3, 4, 5 and 6 of the answer to GET_VERSION: type, sub-type, major, minor, size. */
  readonly version?: readonly [number, number, number, number, number];
}

/** What tells the products apart (NXP data sheets: MF0ICU1, MF0ICU2, MF0ULX1, NTAG203, NTAG210/212, NTAG213/215/216, NT3H). */
const PRODUCTS: Readonly<Partial<Record<UltralightProduct, ProductFacts>>> = {
  "MIFARE Ultralight": { pages: 16 },
  "MIFARE Ultralight C": { pages: 48 },
  "MIFARE Ultralight EV1 (MF0UL11)": { pages: 20, version: [3, 1, 1, 0, 0x0b] },
  "MIFARE Ultralight EV1 (MF0UL21)": { pages: 41, version: [3, 1, 1, 0, 0x0e] },
  "MIFARE Ultralight AES": { pages: 60, version: [3, 1, 4, 0, 0x0f] },
  NTAG203: { pages: 42 },
  NTAG210: { pages: 20, version: [4, 1, 1, 0, 0x0b] },
  NTAG212: { pages: 41, version: [4, 1, 1, 0, 0x0e] },
  NTAG213: { pages: 45, version: [4, 2, 1, 0, 0x0f] },
  NTAG215: { pages: 135, version: [4, 2, 1, 0, 0x11] },
  NTAG216: { pages: 231, version: [4, 2, 1, 0, 0x13] },
  "NTAG I2C 1K": { pages: 231, version: [4, 5, 2, 1, 0x13] },
  "NTAG I2C 2K": { pages: 485, version: [4, 5, 2, 1, 0x15] },
  "NTAG I2C Plus 1K": { pages: 236, version: [4, 5, 2, 2, 0x13] },
  "NTAG I2C Plus 2K": { pages: 492, version: [4, 5, 2, 2, 0x15] },
};

function entries(): [UltralightProduct, ProductFacts][] {
  // the keys of the table above
  return Object.entries(PRODUCTS) as [UltralightProduct, ProductFacts][];
}

/** How many pages the product has; `undefined` for one whose dumps come in several sizes. */
export function pagesOf(product: UltralightProduct): number | undefined {
  return PRODUCTS[product]?.pages;
}

/** The product by the answer to GET_VERSION. Variants (17 or 50 pF, NTAG213F) share what decides here. */
export function productByVersion(version: Uint8Array): UltralightProduct | undefined {
  const [, , type, , major, , size] = version;
  const subtypeMatters = version[3] === 5;
  return entries().find(
    ([, facts]) =>
      facts.version !== undefined &&
      facts.version[0] === type &&
      facts.version[2] === major &&
      facts.version[4] === size &&
      subtypeMatters === (facts.version[1] === 5) &&
      (!subtypeMatters || facts.version[3] === version[5]),
  )?.[0];
}

/** Products without GET_VERSION, and the sizes that only one product with it has: for dumps that are memory and nothing else. */
export function productByPages(pages: number): UltralightProduct | undefined {
  // 41 pages are an EV1 or an NTAG212, 20 an EV1 or an NTAG210: the EV1 is by far the commoner
  switch (pages) {
    case 16:
      return "MIFARE Ultralight";
    case 20:
      return "MIFARE Ultralight EV1 (MF0UL11)";
    case 41:
      return "MIFARE Ultralight EV1 (MF0UL21)";
    case 42:
      return "NTAG203";
    case 44:
    case 48:
      return "MIFARE Ultralight C";
    case 45:
      return "NTAG213";
    case 135:
      return "NTAG215";
    case 231:
      return "NTAG216";
    default:
      return undefined;
  }
}
