/**
 * ISO/IEC 14443-4 (ISO-DEP): ATS and ATTRIB, blocks and their dialogues, the family for a reader, and NFC Forum Type 4
 * tags for applications.
 * @packageDocumentation
 */
export {
  activateTypeA,
  activateTypeB,
  type ActivationOptions,
  type ActivationOutcome,
  type IsoDepActivation,
  type IsoDepActivationFailure,
  linkOfAts,
  linkOfProtocolInfo,
  selectBitRates,
} from "./activation.ts";
export { parseProtocolInfo, type ProtocolInfo } from "./atqb.ts";
export { type Ats, buildAts, parseAts } from "./ats.ts";
export {
  type AttribAnswer,
  type AttribCommand,
  buildAttrib,
  buildAttribAnswer,
  parseAttrib,
  parseAttribAnswer,
} from "./attrib.ts";
export { type BitRates, parseBitRates } from "./bit-rates.ts";
export {
  type BlockNumber,
  encodeBlock,
  extensionFactor,
  type InformationBlock,
  type IsoDepBlock,
  parseBlock,
  type ReadyBlock,
  type SupervisoryBlock,
} from "./block.ts";
export { isoDepDifferences, type IsoDepRules } from "./differences.ts";
export { createIsoDepFamily, isoDep, type IsoDepFamilyOptions } from "./family.ts";
export { frameBytesOf } from "./frame-size.ts";
export { type ActivatedTarget } from "./identity.ts";
export { IsoDepError, isIsoDepError } from "./iso-dep-error.ts";
export { type IsoDepFailureReason, IsoDepLink, type IsoDepOutcome } from "./link.ts";
export { type IsoDepParameters, parametersOfAts, parametersOfProtocolInfo, type PrologueWish } from "./parameters.ts";
export { buildPps, buildPpsAnswer, parsePps, type Pps } from "./pps.ts";
export { buildRats, parseRats, type Rats } from "./rats.ts";
export { frameWaitingTimeUs, startUpGuardTimeUs } from "./timing.ts";
export {
  buildType4Container,
  parseType4Container,
  type Type4Container,
  type Type4ContainerFields,
} from "./type4/capability-container.ts";
export { type DesfireVersion } from "./type4/desfire.ts";
export { type Type4CallOptions, Type4Tag, type Type4TagOptions } from "./type4/type4-tag.ts";
