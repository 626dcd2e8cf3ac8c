import { FormatError } from "@cardwire/core";
import { requireInteger } from "./checks.ts";
import { mirrorBytes } from "./convention.ts";

/** The interface bytes of one index, as they are built. TD follows from what comes next. */
export interface AtrInterfaceFields {
  /** T of the bytes, 0 to 15; must be absent for the first element (TA1, TB1, TC1), and be there for all others. */
  readonly protocol?: number | undefined;
  readonly ta?: number | undefined;
  readonly tb?: number | undefined;
  readonly tc?: number | undefined;
}

/** What an answer to reset is built from. An `Atr` has this form. */
export interface AtrFields {
  /** Direct unless given. */
  readonly convention?: "direct" | "inverse";
  /** True for the bytes that a direct-convention reader gets from an inverse card (TS 03). False unless given. */
  readonly raw?: boolean;
  /** Element 0 is TA1 to TC1; each further element becomes a TD. None unless given. */
  readonly interfaceBytes?: readonly AtrInterfaceFields[];
  /** At most 15 bytes. */
  readonly historicalBytes: Uint8Array;
}

/** Which of TA, TB, TC are there, and TD when another group follows: Y of T0 and of TD. */
function presence(group: AtrInterfaceFields | undefined, isLast: boolean): number {
  if (group === undefined) return 0;
  return (
    (group.ta === undefined ? 0 : 1) |
    (group.tb === undefined ? 0 : 2) |
    (group.tc === undefined ? 0 : 4) |
    (isLast ? 0 : 8)
  );
}

/**
 * Puts an answer to reset together (ISO/IEC 7816-3:2006 section 8.2). T0, the TD bytes and TCK follow from the rest:
 * TCK is there exactly when a protocol other than T=0 is named. For any answer without a defect,
 * `buildAtr(parseAtr(bytes))` gives the same bytes.
 *
 * @throws FormatError INVALID_VALUE or TOO_LONG naming the field that cannot be said.
 */
export function buildAtr(fields: AtrFields): Uint8Array<ArrayBuffer> {
  const groups = fields.interfaceBytes ?? [];
  const { historicalBytes } = fields;
  const inverse = fields.convention === "inverse";
  if (fields.raw === true && !inverse)
    throw new FormatError("INVALID_VALUE", "only an inverse-convention card is read raw", { field: "raw" });
  if (historicalBytes.length > 15)
    throw new FormatError("TOO_LONG", `has at most 15 bytes, not ${historicalBytes.length}`, {
      field: "historical bytes",
    });
  const bytes = [inverse ? 0x3f : 0x3b, (presence(groups[0], groups.length <= 1) << 4) | historicalBytes.length];
  let checked = false;
  for (const [index, group] of groups.entries()) {
    if (index > 0 === (group.protocol === undefined))
      throw new FormatError("INVALID_VALUE", "the first element has no protocol, and every other one has", {
        field: `interfaceBytes[${index}].protocol`,
      });
    if (group.ta !== undefined) bytes.push(requireInteger(group.ta, 0xff, `TA${index + 1}`));
    if (group.tb !== undefined) bytes.push(requireInteger(group.tb, 0xff, `TB${index + 1}`));
    if (group.tc !== undefined) bytes.push(requireInteger(group.tc, 0xff, `TC${index + 1}`));
    const next = groups[index + 1];
    if (next?.protocol === undefined) continue;
    const protocol = requireInteger(next.protocol, 15, `T of TD${index + 1}`);
    if (protocol !== 0) checked = true;
    bytes.push((presence(next, index + 2 === groups.length) << 4) | protocol);
  }
  const length = bytes.length + historicalBytes.length + (checked ? 1 : 0);
  if (length > 33)
    throw new FormatError("TOO_LONG", `at most 32 characters follow TS, not ${length - 1}`, {
      field: "answer to reset",
    });
  const atr = new Uint8Array(length);
  atr.set(bytes);
  atr.set(historicalBytes, bytes.length);
  if (checked) {
    let tck = 0;
    for (let index = 1; index < length - 1; index++) tck ^= atr[index] ?? 0;
    atr[length - 1] = tck;
  }
  return fields.raw === true ? mirrorBytes(atr) : atr;
}
