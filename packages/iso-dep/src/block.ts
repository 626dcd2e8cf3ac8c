import { FormatError, UsageError } from "@cardwire/core";
import { requireRange } from "./checks.ts";

/** A block number: one bit. */
export type BlockNumber = 0 | 1;

/** Information: a piece of an APDU. */
export interface InformationBlock {
  readonly kind: "i";
  readonly number: BlockNumber;
  /** More follows. */
  readonly chaining: boolean;
  readonly cid?: number;
  /** One byte: destination and source node. */
  readonly nad?: number;
  /** INF. When read, a view on the frame. */
  readonly data: Uint8Array;
}

/** Receive ready: acknowledges a piece of a chain (ACK), or asks for what was not understood (NAK). */
export interface ReadyBlock {
  readonly kind: "r";
  readonly number: BlockNumber;
  readonly nak: boolean;
  readonly cid?: number;
}

/** Supervisory: what is to be said beside the data, as request and as response. */
export interface SupervisoryBlock {
  readonly kind: "s";
  readonly command: "deselect" | "wtx" | "parameters";
  readonly cid?: number;
  /** INF: one byte of a waiting time extension, see {@link extensionFactor}; none of a deselection. */
  readonly data: Uint8Array;
}

/** A block of the half-duplex block transmission protocol (ISO/IEC 14443-4 section 7.1), without CRC. */
export type IsoDepBlock = InformationBlock | ReadyBlock | SupervisoryBlock;

const CHAINING = 0x10;
const NAK = 0x10;
const WITH_CID = 0x08;
const WITH_NAD = 0x04;

/** PCBs with their CID and number bits zero. */
const I_BLOCK = 0x02;
const R_BLOCK = 0xa2;
const S_DESELECT = 0xc2;
const S_WTX = 0xf2;
const S_PARAMETERS = 0xf0;

type Writable<Block> = { -readonly [Field in keyof Block]: Block[Field] };

/** The bytes from PCB to NAD, and room for INF. */
function prologue(
  pcb: number,
  cid: number | undefined,
  nad: number | undefined,
  dataBytes: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + (cid === undefined ? 0 : 1) + (nad === undefined ? 0 : 1) + dataBytes);
  bytes[0] = pcb | (cid === undefined ? 0 : WITH_CID) | (nad === undefined ? 0 : WITH_NAD);
  // bits 5-8 are the card's power level: a reader sends zeros
  if (cid !== undefined) bytes[1] = requireRange(cid, 14, "CID");
  if (nad !== undefined) bytes[cid === undefined ? 1 : 2] = requireRange(nad, 255, "NAD");
  return bytes;
}

/** Writes an I-block of the bytes from `start` to `end`. */
export function encodeInformation(
  number: BlockNumber,
  chaining: boolean,
  cid: number | undefined,
  nad: number | undefined,
  source: Uint8Array,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  const dataBytes = end - start;
  const bytes = prologue(I_BLOCK | number | (chaining ? CHAINING : 0), cid, nad, dataBytes);
  bytes.set(source.subarray(start, end), bytes.length - dataBytes);
  return bytes;
}

/**
 * Writes a block, without CRC.
 *
 * @throws FormatError for a CID or NAD that is out of its range.
 */
export function encodeBlock(block: IsoDepBlock): Uint8Array<ArrayBuffer> {
  const { cid } = block;
  switch (block.kind) {
    case "i":
      return encodeInformation(block.number, block.chaining, cid, block.nad, block.data, 0, block.data.length);
    case "r":
      return prologue(R_BLOCK | block.number | (block.nak ? NAK : 0), cid, undefined, 0);
    case "s": {
      const { command, data } = block;
      const pcb = command === "wtx" ? S_WTX : command === "deselect" ? S_DESELECT : S_PARAMETERS;
      const bytes = prologue(pcb, cid, undefined, data.length);
      bytes.set(data, bytes.length - data.length);
      return bytes;
    }
  }
}

/**
 * Reads a block. Unlike {@link parseBlock} it gives the error instead of throwing it: garbage on the air is no exception.
 */
export function readBlock(frame: Uint8Array): IsoDepBlock | FormatError {
  const [pcb] = frame;
  if (pcb === undefined) return new FormatError("TOO_SHORT", "is missing", { field: "PCB", offset: 0 });
  let start = 1;
  let cid: number | undefined;
  if ((pcb & WITH_CID) !== 0) {
    const byte = frame[start];
    if (byte === undefined)
      return new FormatError("TOO_SHORT", "the PCB announces it", { field: "CID", offset: start });
    // of the byte that a card sends, the upper four bits are its power level
    cid = byte & 0x0f;
    start++;
  }
  if ((pcb & 0xe2) === I_BLOCK) return readInformation(frame, pcb, cid, start);
  if ((pcb & 0xe6) === R_BLOCK) {
    if (frame.length > start)
      return new FormatError("LEFT_OVER", "an R-block has no INF", { field: "INF", offset: start });
    const ready: Writable<ReadyBlock> = { kind: "r", number: (pcb & 1) === 0 ? 0 : 1, nak: (pcb & NAK) !== 0 };
    if (cid !== undefined) ready.cid = cid;
    return ready;
  }
  return readSupervisory(frame, pcb, cid, start);
}

function readInformation(
  frame: Uint8Array,
  pcb: number,
  cid: number | undefined,
  nadOffset: number,
): InformationBlock | FormatError {
  let start = nadOffset;
  let nad: number | undefined;
  if ((pcb & WITH_NAD) !== 0) {
    nad = frame[start];
    if (nad === undefined) return new FormatError("TOO_SHORT", "the PCB announces it", { field: "NAD", offset: start });
    start++;
  }
  const block: Writable<InformationBlock> = {
    kind: "i",
    number: (pcb & 1) === 0 ? 0 : 1,
    chaining: (pcb & CHAINING) !== 0,
    data: frame.subarray(start),
  };
  if (cid !== undefined) block.cid = cid;
  if (nad !== undefined) block.nad = nad;
  return block;
}

function readSupervisory(
  frame: Uint8Array,
  pcb: number,
  cid: number | undefined,
  start: number,
): SupervisoryBlock | FormatError {
  const command = supervisoryCommand(pcb & ~WITH_CID);
  if (command === undefined)
    return new FormatError("INVALID_VALUE", "is of no I-, R- or S-block", { field: "PCB", offset: 0 });
  const data = frame.subarray(start);
  if (command === "wtx" && data.length === 0)
    return new FormatError("TOO_SHORT", "a waiting time extension has one byte", { field: "INF", offset: start });
  const longest = command === "wtx" ? 1 : command === "deselect" ? 0 : Number.POSITIVE_INFINITY;
  if (data.length > longest)
    return new FormatError("LEFT_OVER", `has ${longest} bytes, not ${data.length}`, {
      field: "INF",
      offset: start + longest,
    });
  return cid === undefined ? { kind: "s", command, data } : { kind: "s", command, cid, data };
}

function supervisoryCommand(pcb: number): SupervisoryBlock["command"] | undefined {
  switch (pcb) {
    case S_DESELECT:
      return "deselect";
    case S_WTX:
      return "wtx";
    case S_PARAMETERS:
      return "parameters";
    default:
      return undefined;
  }
}

/**
 * Reads a block, without CRC.
 *
 * @throws FormatError for a PCB that no block has, a CID, NAD or INF that is announced and missing, and for bytes too many.
 */
export function parseBlock(frame: Uint8Array): IsoDepBlock {
  const block = readBlock(frame);
  if (block instanceof FormatError) throw block;
  return block;
}

/** The largest factor; what lies above is reserved and read as this one (ISO/IEC 14443-4 section 7.3). */
const LARGEST_FACTOR = 59;

/**
 * WTXM of an S(WTX) block: by how much the card wants the frame waiting time multiplied, 1–59. The upper two bits of the
 * byte are its power level.
 *
 * @returns undefined for 0, which asks for no time at all and is an error of the card.
 * @throws UsageError for another block.
 */
export function extensionFactor(block: SupervisoryBlock): number | undefined {
  const [byte] = block.data;
  if (block.command !== "wtx" || byte === undefined) throw new UsageError("only S(WTX) has a factor");
  const factor = byte & 0x3f;
  return factor === 0 ? undefined : Math.min(factor, LARGEST_FACTOR);
}
