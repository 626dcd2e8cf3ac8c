import type { ProtocolInfo } from "./atqb.ts";
import { type Ats, DEFAULT_FSCI } from "./ats.ts";
import { frameBytesOf } from "./frame-size.ts";
import { DEFAULT_FWI, frameWaitingTimeUs, startUpGuardTimeUs } from "./timing.ts";

/** What an activated card and its reader agreed on. */
export interface IsoDepParameters {
  /** FSC: the longest frame that may be sent to the card, with prologue and CRC. */
  readonly fscBytes: number;
  /** FWT: how long the card may take to begin its answer. */
  readonly fwtUs: number;
  /** SFGT: how long the card wants to be left alone after its activation. */
  readonly guardTimeUs: number;
  /** In every block when present. */
  readonly cid?: number;
  /** In the first block of every APDU when present. */
  readonly nad?: number;
}

/** What a reader would like in the prologue of its blocks. */
export interface PrologueWish {
  /** The CID that was given to the card. 0, or absent: blocks carry none, which a card with CID 0 answers as well. */
  readonly cid?: number;
  readonly nad?: number;
}

function prologue(supported: { readonly cid: boolean; readonly nad: boolean }, { cid = 0, nad }: PrologueWish) {
  return {
    ...(cid !== 0 && supported.cid ? { cid } : {}),
    ...(nad !== undefined && supported.nad ? { nad } : {}),
  };
}

/** What a type A card's ATS says, with the standard's defaults where it is silent (ISO/IEC 14443-4 section 5.2). */
export function parametersOfAts(ats: Ats, wish: PrologueWish = {}): IsoDepParameters {
  return {
    fscBytes: frameBytesOf(ats.fsci ?? DEFAULT_FSCI),
    fwtUs: frameWaitingTimeUs(ats.timing?.fwi ?? DEFAULT_FWI),
    guardTimeUs: startUpGuardTimeUs(ats.timing?.sfgi ?? 0),
    ...prologue(ats.prologue ?? { cid: true, nad: false }, wish),
  };
}

/** What a type B card's ATQB says (ISO/IEC 14443-3 section 7.9.4). */
export function parametersOfProtocolInfo(info: ProtocolInfo, wish: PrologueWish = {}): IsoDepParameters {
  return {
    fscBytes: frameBytesOf(info.fsci),
    fwtUs: frameWaitingTimeUs(info.fwi),
    guardTimeUs: startUpGuardTimeUs(info.sfgi ?? 0),
    ...prologue(info, wish),
  };
}
