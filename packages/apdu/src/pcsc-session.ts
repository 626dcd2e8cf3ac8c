import { FormatError, UsageError } from "@cardwire/core";
import { buildTlv } from "./build-tlv.ts";
import { encodeCommandApdu } from "./command-apdu.ts";
import { readerCommand } from "./pcsc-command.ts";
import { parseTlv } from "./parse-tlv.ts";
import { switchProtocolObject, type SwitchStandard } from "./pcsc-session-objects.ts";
import { type ReaderDialect } from "./reader-dialect.ts";
import { STANDARD_DIALECT } from "./reader-dialects.ts";
import { type Tlv, type TlvInput } from "./tlv.ts";

function sessionCommand(p2: number, objects: readonly TlvInput[], dialect: ReaderDialect): Uint8Array<ArrayBuffer> {
  const form = dialect.session;
  if (form === undefined) throw new UsageError(`${dialect.name}: no transparent session`);
  for (const { tag, value } of objects) {
    if (form.objects?.includes(tag) === false)
      throw new UsageError(`${dialect.name}: no object ${tag.toString(16).toUpperCase()} in a transparent session`);
    if (value !== undefined && value.length > (form.maxValueLength ?? Infinity))
      throw new FormatError("TOO_LONG", `${value.length} bytes, ${dialect.name} takes ${form.maxValueLength ?? 0}`, {
        field: "value",
      });
  }
  const data = buildTlv(objects);
  if (p2 !== 0x01 || form.extendedExchange !== true)
    return readerCommand(form.ins, p2, data, form.le ? 256 : undefined);
  const command = encodeCommandApdu({ cla: 0xff, ins: form.ins, p1: 0, p2, data, extended: true });
  // one byte more than an extended Le has: so the reader's own software sends it
  const bytes = new Uint8Array(command.length + 3);
  bytes.set(command);
  return bytes;
}

/**
 * Manage Session, `FF C2 00 00 Lc objects 00` (PC/SC part 3, supplement 2): version, start, end, field on and off, timer,
 * parameters.
 *
 * @throws UsageError for what the dialect does not offer, FormatError TOO_LONG for what does not fit.
 */
export function manageSession(
  objects: readonly TlvInput[],
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  return sessionCommand(0x00, objects, dialect);
}

/**
 * Transparent Exchange, `FF C2 00 01 Lc objects 00` (PC/SC part 3, supplement 2): frames to and from the card.
 *
 * @throws UsageError for what the dialect does not offer, FormatError TOO_LONG for what does not fit.
 */
export function transparentExchange(
  objects: readonly TlvInput[],
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  return sessionCommand(0x01, objects, dialect);
}

/**
 * Switch Protocol, `FF C2 00 02 04 8F 02 standard layer 00` (PC/SC part 3, supplement 2).
 *
 * @param layer 0 no separation, 2, 3, 4; 2X and 3X name a bit rate.
 * @throws UsageError when the dialect has no transparent session.
 */
export function switchProtocol(
  standard: SwitchStandard,
  layer: number,
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  return sessionCommand(0x02, [switchProtocolObject(standard, layer)], dialect);
}

/** What a reader answers to the three commands, in the data before its status word. */
export interface SessionResponse {
  /** The status word of the object C0: 9000 when all objects were carried out. Table: `PCSC_SESSION_STATUS_WORDS`. */
  readonly sw: number;
  /** Ordinal of the data object that failed, counted from 1; 0 for none or none in particular. */
  readonly failedObject: number;
  /** The other objects, in their order. */
  readonly objects: readonly Tlv[];
  /** What the card sent (object 97); undefined when it sent nothing. */
  readonly data: Uint8Array | undefined;
  /** Valid bits of the last byte received (object 92), 1…8; 8 when the reader does not say. */
  readonly lastByteBits: number;
  /** Faults of the reception (object 96): CRC, collision, parity, framing; none when the reader does not say. */
  readonly faults: readonly ReceptionFault[];
}

/** What can be wrong with a frame that was received. */
export type ReceptionFault = "crc" | "collision" | "parity" | "framing";

const FAULTS: readonly ReceptionFault[] = ["crc", "collision", "parity", "framing"];

/**
 * Takes the answer of a transparent session's command apart. PC/SC part 3 has the object C0 first; Windows sends it last.
 *
 * @param data the response data, without the final status word.
 * @throws FormatError for what is no BER-TLV, and for an object C0 that is missing or not of 3 bytes.
 */
export function parseSessionResponse(data: Uint8Array): SessionResponse {
  // inside FF6D and 97 is what the card or reader likes
  const all = parseTlv(data, { descend: () => false });
  const valueOf = (tag: number): Uint8Array | undefined => all.find((object) => object.tag === tag)?.value;
  const error = valueOf(0xc0);
  if (error?.length !== 3)
    throw new FormatError(error === undefined || error.length < 3 ? "TOO_SHORT" : "TOO_LONG", "3 bytes are needed", {
      field: "C0",
    });
  const status = valueOf(0x96)?.[0] ?? 0;
  return {
    sw: ((error[1] ?? 0) << 8) | (error[2] ?? 0),
    failedObject: error[0] ?? 0,
    objects: all.filter((object) => object.tag !== 0xc0),
    data: valueOf(0x97),
    lastByteBits: (valueOf(0x92)?.[0] ?? 0) & 7 || 8,
    faults: FAULTS.filter((_, bit) => status & (1 << bit)),
  };
}
