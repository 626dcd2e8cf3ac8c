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

const NO_BYTES = new Uint8Array(0);

function pcbOf(block: IsoDepBlock): number {
  switch (block.kind) {
    case "i":
      return I_BLOCK | block.number | (block.chaining ? CHAINING : 0) | (block.nad === undefined ? 0 : WITH_NAD);
    case "r":
      return R_BLOCK | block.number | (block.nak ? NAK : 0);
    case "s":
      return block.command === "wtx" ? S_WTX : block.command === "deselect" ? S_DESELECT : S_PARAMETERS;
  }
}

/**
 * Writes a block, without CRC.
 *
 * @throws FormatError for a CID or NAD that is out of its range.
 */
export function encodeBlock(block: IsoDepBlock): Uint8Array<ArrayBuffer> {
  const { cid } = block;
  const nad = block.kind === "i" ? block.nad : undefined;
  const data = block.kind === "r" ? NO_BYTES : block.data;
  let length = 1;
  if (cid !== undefined) length++;
  if (nad !== undefined) length++;
  const bytes = new Uint8Array(length + data.length);
  bytes[0] = pcbOf(block) | (cid === undefined ? 0 : WITH_CID);
  // bits 5-8 are the card's power level: a reader sends zeros
  if (cid !== undefined) bytes[1] = requireRange(cid, 14, "CID");
  if (nad !== undefined) bytes[length - 1] = requireRange(nad, 255, "NAD");
  bytes.set(data, length);
  return bytes;
}

/**
 * Reads a block. Unlike {@link parseBlock} it gives the error instead of throwing it: garbage on the air is no exception.
 */
export function readBlock(frame: Uint8Array): IsoDepBlock | FormatError {
  const [pcb] = frame;
  if (pcb === undefined) return new FormatError("TOO_SHORT", "is missing", { field: "PCB", offset: 0 });
  const hasCid = (pcb & WITH_CID) !== 0;
  const cidByte = frame[1];
  if (hasCid && cidByte === undefined)
    return new FormatError("TOO_SHORT", "the PCB announces it", { field: "CID", offset: 1 });
  // of the byte that a card sends, the upper four bits are its power level
  const cid = hasCid && cidByte !== undefined ? { cid: cidByte & 0x0f } : undefined;
  const start = hasCid ? 2 : 1;

  if ((pcb & 0xe2) === I_BLOCK) {
    const nad = (pcb & WITH_NAD) === 0 ? undefined : frame[start];
    if ((pcb & WITH_NAD) !== 0 && nad === undefined)
      return new FormatError("TOO_SHORT", "the PCB announces it", { field: "NAD", offset: start });
    return {
      kind: "i",
      number: (pcb & 1) === 0 ? 0 : 1,
      chaining: (pcb & CHAINING) !== 0,
      ...cid,
      ...(nad === undefined ? undefined : { nad }),
      data: frame.subarray(nad === undefined ? start : start + 1),
    };
  }
  if ((pcb & 0xe6) === R_BLOCK) {
    if (frame.length > start)
      return new FormatError("LEFT_OVER", "an R-block has no INF", { field: "INF", offset: start });
    return { kind: "r", number: (pcb & 1) === 0 ? 0 : 1, nak: (pcb & NAK) !== 0, ...cid };
  }
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
  return { kind: "s", command, ...cid, data };
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
