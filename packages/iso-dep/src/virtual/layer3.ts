import { equalBytes, FormatError, isFormatError, type NfcATarget, type NfcBTarget } from "@cardwire/core";
import { parseProtocolInfo } from "../atqb.ts";
import { type Ats, buildAts, DEFAULT_FSCI } from "../ats.ts";
import { buildAttribAnswer, parseAttrib } from "../attrib.ts";
import { requireBytes, requireRange } from "../checks.ts";
import { frameBytesOf } from "../frame-size.ts";
import { buildPpsAnswer, parsePps } from "../pps.ts";
import { parseRats } from "../rats.ts";
import type { CardLinkParameters } from "./card-link.ts";
import type { IsoDepCardAOptions, IsoDepCardBOptions } from "./card-options.ts";

/** What card and reader agreed on when the card was taken to ISO-DEP, and what the card says to it. */
export interface CardActivation {
  readonly parameters: CardLinkParameters;
  readonly answer: Uint8Array;
}

/** The part of a card that is of its type: before ISO-DEP, and at its beginning. */
export interface Layer3 {
  /** What discovery reports, activated or not. */
  target(activated: boolean): NfcATarget | NfcBTarget;
  /** Takes the command that activates the card. `undefined` for any other. */
  activate(command: Uint8Array): CardActivation | undefined;
  /** What a front end that activates cards itself has agreed on: frames of 256 bytes, CID 0. */
  activated(): CardActivation;
  /** Takes what may only be the first frame after activation. `undefined` for a block. */
  first(command: Uint8Array, parameters: CardLinkParameters): Uint8Array | undefined;
}

/** FSDI of a front end that activates cards itself. */
const FSDI = 8;

const DEFAULT_ATS: Partial<Ats> = { fsci: 8, timing: { fwi: 8, sfgi: 0 }, prologue: { nad: false, cid: true } };

/** Bits 7 and 8 of ATQA's first byte tell the UID's size (ISO/IEC 14443-3 section 6.5.2.1). */
const ATQA_BY_UID_BYTES: Readonly<Record<number, number>> = { 4: 0x04, 7: 0x44, 10: 0x84 };

/** Gives `undefined` for a command that cannot be read: a card keeps silent. */
function understood<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (isFormatError(error)) return undefined;
    throw error;
  }
}

/** @throws FormatError naming a field that no such card has. */
export function layer3OfA(options: IsoDepCardAOptions): Layer3 {
  const { sak = 0x20, ats: fields = DEFAULT_ATS } = options;
  const uid = options.uid.slice();
  const first = ATQA_BY_UID_BYTES[uid.length];
  if (first === undefined)
    throw new FormatError("INVALID_VALUE", `an NFCID1 has 4, 7 or 10 bytes, not ${uid.length}`, { field: "uid" });
  const atqa = requireBytes(options.atqa ?? Uint8Array.of(first, 0x00), 2, "atqa").slice();
  requireRange(sak, 255, "sak");
  const ats = buildAts(fields);
  const prologue = fields.prologue ?? { nad: false, cid: true };

  const answerTo = (fsdi: number, cid: number): CardActivation => ({
    parameters: {
      fsdBytes: frameBytesOf(fsdi),
      fscBytes: frameBytesOf(fields.fsci ?? DEFAULT_FSCI),
      cid: prologue.cid ? cid : 0,
      supportsCid: prologue.cid,
      supportsNad: prologue.nad,
    },
    answer: ats.slice(),
  });
  return {
    target: (activated) => ({
      technology: "nfc-a",
      uid: uid.slice(),
      atqa: atqa.slice(),
      sak,
      ...(activated ? { ats: ats.slice() } : {}),
    }),
    activate: (command) =>
      understood(() => {
        const { fsdi, cid } = parseRats(command);
        return answerTo(fsdi, cid);
      }),
    activated: () => answerTo(FSDI, 0),
    first: (command, parameters) =>
      understood(() => {
        const pps = parsePps(command);
        // divisors are accepted as they come: the bit rate is the front end's
        return pps.cid === parameters.cid ? buildPpsAnswer(pps.cid) : undefined;
      }),
  };
}

/** @throws FormatError naming a field that no such card has. */
export function layer3OfB(options: IsoDepCardBOptions): Layer3 {
  const { mbli = 0 } = options;
  const pupi = requireBytes(options.pupi, 4, "pupi").slice();
  const applicationData = requireBytes(options.applicationData ?? new Uint8Array(4), 4, "applicationData").slice();
  const protocolInfo = (options.protocolInfo ?? Uint8Array.of(0x00, 0x81, 0x81)).slice();
  const info = parseProtocolInfo(protocolInfo);
  buildAttribAnswer({ mbli });

  const answerTo = (fsdi: number, cid: number): CardActivation => {
    const parameters = {
      fsdBytes: frameBytesOf(fsdi),
      fscBytes: frameBytesOf(info.fsci),
      cid: info.cid ? cid : 0,
      supportsCid: info.cid,
      supportsNad: info.nad,
    };
    return { parameters, answer: buildAttribAnswer({ mbli, cid: parameters.cid }) };
  };
  return {
    target: (activated) => ({
      technology: "nfc-b",
      pupi: pupi.slice(),
      applicationData: applicationData.slice(),
      protocolInfo: protocolInfo.slice(),
      ...(activated ? { attrib: answerTo(FSDI, 0).answer } : {}),
    }),
    activate: (command) =>
      understood(() => {
        const { pupi: asked, fsdi, cid } = parseAttrib(command);
        return equalBytes(asked, pupi) ? answerTo(fsdi, cid) : undefined;
      }),
    activated: () => answerTo(FSDI, 0),
    first: () => undefined,
  };
}
