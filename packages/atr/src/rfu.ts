import { type AtrDefect, type AtrInterfaceBytes } from "./atr.ts";

/** F codes 7, 8, 14, 15 (ISO/IEC 7816-3:2006 table 7) as a bit set. */
const RFU_F = 0xc180;
/** D codes 0 and 10 to 15 (table 8) as a bit set. */
const RFU_D = 0xfc01;
/** The class codes A, B, AB, C, BC, ABC (table 9) as a bit set. */
const CLASSES = 0x00de;
/** T=2 to T=13 (section 8.2.3) as a bit set: reserved, T=4 included. */
const RFU_T = 0x3ffc;

/** True when the two nibbles of TA1, or of PPS1, are a pair of the tables 7 and 8. */
export function isRateCode(ta1: number): boolean {
  return ((RFU_F >> (ta1 >> 4)) & 1) === 0 && ((RFU_D >> (ta1 & 0x0f)) & 1) === 0;
}

/** Reports reserved values among the interface bytes, and protocols out of order. TB1 and TB2 are to be ignored. */
export function reportReserved(groups: readonly AtrInterfaceBytes[], defects: AtrDefect[]): void {
  // offset of the group's TA, present or not
  let offset = 2;
  let seenT1 = false;
  let seenT15 = false;
  let previous = 0;
  for (let index = 0; index < groups.length; index++) {
    const group = groups[index];
    if (group === undefined) return;
    const { protocol, ta, tb, tc, td } = group;
    const tbOffset = ta === undefined ? offset : offset + 1;
    const tcOffset = tb === undefined ? tbOffset : tbOffset + 1;
    const tdOffset = tc === undefined ? tcOffset : tcOffset + 1;
    const number = index + 1;
    if (index === 0) {
      if (ta !== undefined && !isRateCode(ta)) defects.push({ code: "RFU_VALUE", field: "TA1", offset });
    } else if (index === 1) {
      if (ta !== undefined && (ta & 0x60) !== 0) defects.push({ code: "RFU_VALUE", field: "TA2", offset });
      if (tc === 0) defects.push({ code: "RFU_VALUE", field: "TC2", offset: tcOffset });
    } else if (protocol === 1 && !seenT1) {
      seenT1 = true;
      if (ta === 0x00 || ta === 0xff) defects.push({ code: "RFU_VALUE", field: `TA${number}`, offset });
      if (tb !== undefined && tb > 0x9f) defects.push({ code: "RFU_VALUE", field: `TB${number}`, offset: tbOffset });
      if (tc !== undefined && tc > 1) defects.push({ code: "RFU_VALUE", field: `TC${number}`, offset: tcOffset });
    } else if (protocol === 15 && !seenT15) {
      seenT15 = true;
      const classes = (ta ?? 1) & 0x3f;
      if (classes > 7 || ((CLASSES >> classes) & 1) === 0)
        defects.push({ code: "RFU_VALUE", field: `TA${number}`, offset });
    }
    if (td === undefined) return;
    const next = td & 0x0f;
    if (((RFU_T >> next) & 1) === 1) defects.push({ code: "RFU_VALUE", field: `TD${number}`, offset: tdOffset });
    if (next < previous || (next === 15 && index === 0))
      defects.push({ code: "PROTOCOL_ORDER", field: `TD${number}`, offset: tdOffset });
    previous = next;
    offset = tdOffset + 1;
  }
}
