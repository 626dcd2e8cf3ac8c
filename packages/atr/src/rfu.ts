import { type AtrDefect, type AtrInterfaceBytes } from "./atr.ts";
import { isRateCode } from "./rates.ts";

/** The class codes A, B, AB, C, BC, ABC (ISO/IEC 7816-3:2006 table 10) as a bit set. */
const CLASSES = 0x00de;
/** T=2 to T=13 (section 8.2.3) as a bit set: reserved, T=4 included. */
const RFU_T = 0x3ffc;

function report(defects: AtrDefect[], letter: string, index: number, offset: number): void {
  defects.push({ code: "RFU_VALUE", field: `${letter}${index + 1}`, offset });
}

/**
 * Reports reserved values among the interface bytes, and protocols out of order. TB1 and TB2 are to be ignored by an
 * interface device (ISO/IEC 7816-3:2006 section 8.3), so nothing is wrong with any value of them.
 */
export function reportReserved(groups: readonly AtrInterfaceBytes[], defects: AtrDefect[]): void {
  // offset of the group's TA, present or not
  let offset = 2;
  // the first TA, TB, TC of T=1 count, and the first TA of T=15
  let seen = 0;
  let previous = 0;
  for (let index = 0; index < groups.length; index++) {
    const group = groups[index];
    if (group === undefined) return;
    const { protocol, ta, tb, tc, td } = group;
    const tbOffset = ta === undefined ? offset : offset + 1;
    const tcOffset = tb === undefined ? tbOffset : tbOffset + 1;
    const tdOffset = tc === undefined ? tcOffset : tcOffset + 1;
    if (index === 0) {
      if (ta !== undefined && !isRateCode(ta)) report(defects, "TA", index, offset);
    } else if (index === 1) {
      if (ta !== undefined && (ta & 0x60) !== 0) report(defects, "TA", index, offset);
      if (tc === 0) report(defects, "TC", index, tcOffset);
    } else if (protocol === 1) {
      if ((ta === 0x00 || ta === 0xff) && (seen & 1) === 0) report(defects, "TA", index, offset);
      if (tb !== undefined && tb > 0x9f && (seen & 2) === 0) report(defects, "TB", index, tbOffset);
      if (tc !== undefined && tc > 1 && (seen & 4) === 0) report(defects, "TC", index, tcOffset);
      seen |= (ta === undefined ? 0 : 1) | (tb === undefined ? 0 : 2) | (tc === undefined ? 0 : 4);
    } else if (protocol === 15 && ta !== undefined && (seen & 8) === 0) {
      seen |= 8;
      const classes = ta & 0x3f;
      if (classes > 7 || ((CLASSES >> classes) & 1) === 0) report(defects, "TA", index, offset);
    }
    if (td === undefined) return;
    const next = td & 0x0f;
    if (((RFU_T >> next) & 1) === 1) report(defects, "TD", index, tdOffset);
    if (next < previous || (next === 15 && index === 0))
      defects.push({ code: "PROTOCOL_ORDER", field: `TD${index + 1}`, offset: tdOffset });
    previous = next;
    offset = tdOffset + 1;
  }
}
