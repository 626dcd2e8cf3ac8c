import { crcB, FormatError } from "@cardwire/core";

/** The error detection code of a card: one byte, or two. */
export type T1Edc = "lrc" | "crc";
/** The kinds of supervisory blocks (ISO/IEC 7816-3:2006, section 11.3.2.2). */
export type T1Supervisory = "resynch" | "ifs" | "abort" | "wtx";

/** A block without its NAD, which is always 0, and its EDC. */
export type T1Block =
  | { readonly kind: "I"; readonly ns: number; readonly more: boolean; readonly inf: Uint8Array }
  /** error: 0 none, 1 EDC or parity, 2 other. */
  | { readonly kind: "R"; readonly nr: number; readonly error: number }
  | { readonly kind: "S"; readonly type: T1Supervisory; readonly response: boolean; readonly inf: Uint8Array };

/** NAD, PCB and LEN. */
export const PROLOGUE_BYTES = 3;
const SUPERVISORY: readonly T1Supervisory[] = ["resynch", "ifs", "abort", "wtx"];
const NOTHING = new Uint8Array(0);

/** How many bytes the EDC has. */
export function edcLength(edc: T1Edc): number {
  return edc === "lrc" ? 1 : 2;
}

/** A block with its prologue and EDC (ISO/IEC 7816-3:2006, section 11.3). @throws FormatError TOO_LONG for INF over 254. */
export function encodeT1Block(block: T1Block, edc: T1Edc): Uint8Array<ArrayBuffer> {
  const inf = block.kind === "R" ? NOTHING : block.inf;
  if (inf.length > 254)
    throw new FormatError("TOO_LONG", `${inf.length} bytes, 254 are allowed`, { field: "INF", offset: PROLOGUE_BYTES });
  const bytes = new Uint8Array(PROLOGUE_BYTES + inf.length + edcLength(edc));
  bytes[1] = pcbOf(block);
  bytes[2] = inf.length;
  bytes.set(inf, PROLOGUE_BYTES);
  writeEdc(bytes, edc);
  return bytes;
}

function pcbOf(block: T1Block): number {
  switch (block.kind) {
    case "I":
      return (block.ns << 6) | (block.more ? 0x20 : 0);
    case "R":
      return 0x80 | (block.nr << 4) | block.error;
    case "S":
      return 0xc0 | (block.response ? 0x20 : 0) | SUPERVISORY.indexOf(block.type);
  }
}

function writeEdc(bytes: Uint8Array, edc: T1Edc): void {
  const end = bytes.length - edcLength(edc);
  if (edc === "lrc") {
    bytes[end] = lrc(bytes, end);
    return;
  }
  const crc = crcOf(bytes.subarray(0, end));
  bytes[end] = crc >> 8;
  bytes[end + 1] = crc & 0xff;
}

function lrc(bytes: Uint8Array, end: number): number {
  let sum = 0;
  for (let index = 0; index < end; index++) sum ^= bytes[index] ?? 0;
  return sum;
}

/** The CRC of ISO/IEC 13239 without its last inversion, high byte first (ISO/IEC 7816-3:2006, section 11.3.4). */
function crcOf(bytes: Uint8Array): number {
  return crcB(bytes) ^ 0xffff;
}

/** Why a block is none: its EDC is wrong, or something else. */
export type T1Defect = "edc" | "other";

/**
 * Reads a block; a defect for what is none. Bytes behind the one that ends it are the reader's: they are left out.
 *
 * A wrong NAD and a LEN that none can have are told before a wrong EDC, and what ends too early has a wrong EDC: the
 * standard says what the two errors of an R-block are, and not which of them comes first.
 */
export function parseT1Block(bytes: Uint8Array, edc: T1Edc): T1Block | T1Defect {
  const nad = bytes[0] ?? 0;
  const pcb = bytes[1] ?? 0;
  const length = bytes[2] ?? 0;
  if (nad !== 0 || length === 0xff) return "other";
  const end = Math.min(bytes.length - edcLength(edc), PROLOGUE_BYTES + length);
  if (end < PROLOGUE_BYTES || !edcIsRight(bytes, end, edc)) return "edc";
  if (end !== PROLOGUE_BYTES + length) return "other";
  const inf = bytes.subarray(PROLOGUE_BYTES, end);
  if ((pcb & 0x80) === 0)
    return (pcb & 0x1f) === 0 ? { kind: "I", ns: pcb >> 6, more: (pcb & 0x20) !== 0, inf } : "other";
  if ((pcb & 0x40) === 0)
    return length === 0 && (pcb & 0x2c) === 0 ? { kind: "R", nr: (pcb >> 4) & 1, error: pcb & 0x03 } : "other";
  const type = SUPERVISORY[pcb & 0x1f];
  if (type === undefined || !supervisoryFits(type, inf)) return "other";
  return { kind: "S", type, response: (pcb & 0x20) !== 0, inf };
}

function edcIsRight(bytes: Uint8Array, end: number, edc: T1Edc): boolean {
  if (edc === "lrc") return lrc(bytes, end) === bytes[end];
  const crc = crcOf(bytes.subarray(0, end));
  return bytes[end] === crc >> 8 && bytes[end + 1] === (crc & 0xff);
}

function supervisoryFits(type: T1Supervisory, inf: Uint8Array): boolean {
  if (type === "resynch" || type === "abort") return inf.length === 0;
  return inf.length === 1 && (type === "wtx" || (inf[0] !== 0 && inf[0] !== 0xff));
}
