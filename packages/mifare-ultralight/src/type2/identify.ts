import { type UltralightProduct, ultralightProducts } from "../products.ts";

const TYPE = 2;
const SUBTYPE = 3;
const MAJOR = 4;
const SIZE = 6;
/** Input capacitance of 17 or 50 pF: the same product for us. */
const CAPACITANCES: readonly number[] = [0x01, 0x02];

/**
 * The product that an answer to GET_VERSION names. Maker (byte 1) and minor version are not looked at, but for the NTAG
 * I2C of 1 and 2 kB: the chips of other makers behave as what they say they are.
 *
 * @param version 8 bytes.
 */
export function productOfVersion(version: Uint8Array): UltralightProduct | undefined {
  const products = Object.values(ultralightProducts);
  const matches = (known: readonly number[], exactSubtype: boolean): boolean =>
    known[TYPE] === version[TYPE] &&
    known[MAJOR] === version[MAJOR] &&
    known[SIZE] === version[SIZE] &&
    (known[SUBTYPE] === version[SUBTYPE] ||
      (!exactSubtype && CAPACITANCES.includes(known[SUBTYPE] ?? 0) && CAPACITANCES.includes(version[SUBTYPE] ?? 0)));
  const minor = 5;
  const candidates = products.filter((product) => product.version !== undefined && matches(product.version, true));
  return (
    candidates.find((product) => product.version?.[minor] === version[minor]) ??
    candidates[0] ??
    products.find((product) => product.version !== undefined && matches(product.version, false))
  );
}
