import {
  type ActivationContext,
  type CardFamily,
  type CardSession,
  type RfDialogue,
  type RfTarget,
  UsageError,
} from "@cardwire/core";
import { rulesOf } from "@cardwire/storage-card";
import {
  activateTypeA,
  activateTypeB,
  type ActivationOptions,
  type ActivationOutcome,
  linkOfAts,
  linkOfProtocolInfo,
} from "./activation.ts";
import { isoDepDifferences } from "./differences.ts";
import { CRC_BYTES, frameIndexWithin, LARGEST_FRAME_INDEX } from "./frame-size.ts";
import type { ActivatedTarget } from "./identity.ts";
import { IsoDepError } from "./iso-dep-error.ts";
import type { IsoDepFailureReason, IsoDepLink } from "./link.ts";
import { IsoDepSession } from "./session.ts";

/** SAK: the card understands ISO/IEC 14443-4 (ISO/IEC 14443-3 section 6.5.3). */
const SAK_ISO_DEP = 0x20;

/** SAK: the card is a MIFARE Classic too (SAK 28, 38). Without an ATS it is that one which is selected. */
const SAK_CLASSIC = 0x08;

/** Protocol type of ATQB: the card understands ISO/IEC 14443-4 (ISO/IEC 14443-3 section 7.9.4.4). */
const PROTOCOL_ISO_DEP = 0x01;

function isActivated(target: RfTarget): target is ActivatedTarget {
  return target.technology === "nfc-a"
    ? target.ats !== undefined
    : target.technology === "nfc-b" && target.attrib !== undefined;
}

function isIsoDep(target: RfTarget): boolean {
  if (isActivated(target)) return true;
  if (target.technology === "nfc-a") return (target.sak & (SAK_ISO_DEP | SAK_CLASSIC)) === SAK_ISO_DEP;
  return target.technology === "nfc-b" && ((target.protocolInfo[1] ?? 0) & PROTOCOL_ISO_DEP) !== 0;
}

/** What the family does about a card that the front end has not activated, and how it cuts blocks. */
export type IsoDepFamilyOptions = ActivationOptions;

/** The wishes, within what the front end can send and receive. */
function within(
  { frameLimits }: ActivationContext,
  { fsdi = LARGEST_FRAME_INDEX, maxTransmitBytes = Number.POSITIVE_INFINITY, ...wishes }: IsoDepFamilyOptions,
): IsoDepFamilyOptions {
  const { maxTransmitBytes: most = Number.POSITIVE_INFINITY, maxReceiveBytes = Number.POSITIVE_INFINITY } =
    frameLimits ?? {};
  return {
    ...wishes,
    fsdi: Math.min(fsdi, frameIndexWithin(maxReceiveBytes + CRC_BYTES)),
    maxTransmitBytes: Math.min(maxTransmitBytes, most),
  };
}

/** The family with options of one's own. */
export function createIsoDepFamily(wishes: IsoDepFamilyOptions = {}): CardFamily {
  return {
    name: "iso-dep",
    accepts: isIsoDep,
    /** @throws IsoDepError when the card does not let itself be activated, FormatError for an ATS or ATQB that is none. */
    *activate(target, context): RfDialogue<CardSession> {
      const { profile, targets = [target] } = context;
      const options = within(context, wishes);
      const rules = rulesOf(isoDepDifferences, profile);
      const reselected = targets.length > 1 ? target : undefined;
      if (isActivated(target)) {
        // the front end activates it again with every selection, and gives it CID 0
        const blocks = { ...options, cid: 0 };
        const connect = function* (): Generator<never, IsoDepLink> {
          return target.technology === "nfc-a"
            ? linkOfAts(target.ats, blocks)
            : linkOfProtocolInfo(target.protocolInfo, blocks);
        };
        return new IsoDepSession({ target, rules, reselected, connect });
      }
      const activate = (): RfDialogue<ActivationOutcome<RfTarget>> => {
        if (target.technology === "nfc-a") return activateTypeA(target, options);
        if (target.technology === "nfc-b") return activateTypeB(target, options);
        throw new UsageError(`iso-dep does not accept a target of ${target.technology}`);
      };
      const outcome = yield* activate();
      if (outcome.kind === "failure" || !isActivated(outcome.target))
        throw new IsoDepError(outcome.kind === "failure" ? outcome.reason : "protocol");
      return new IsoDepSession({
        target: outcome.target,
        rules,
        reselected,
        link: outcome.link,
        *connect(): RfDialogue<IsoDepLink | IsoDepFailureReason> {
          const again = yield* activate();
          return again.kind === "activated" ? again.link : again.reason;
        },
      });
    },
  };
}

/** Cards of ISO/IEC 14443-4, type A and type B. */
export const isoDep: CardFamily = createIsoDepFamily();
