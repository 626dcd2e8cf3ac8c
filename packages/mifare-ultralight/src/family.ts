import { buildStorageCardAtr, StorageCardName, StorageCardStandard } from "@cardwire/atr";
import {
  type ActivationContext,
  type CardFamily,
  type CardSession,
  type NfcATarget,
  type RfDialogue,
  type RfTarget,
  UsageError,
} from "@cardwire/core";
import { rulesOf, StorageCard } from "@cardwire/storage-card";
import { readFrame, ultralightCommands } from "./commands.ts";
import { mifareUltralightDifferences, type MifareUltralightRules } from "./differences.ts";
import { Type2Command } from "./rf-commands.ts";

const FAMILY = "mifare-ultralight";

const PROBE_TIMEOUT_US = 50_000;
const VERSION_BYTES = 8;
/** AF and the encrypted nonce of an Ultralight C. */
const AUTHENTICATE_BYTES = 9;

function isUltralight(target: RfTarget): target is NfcATarget {
  return target.technology === "nfc-a" && target.sak === 0 && target.ats === undefined;
}

/**
 * Finds the card name for the ATR: GET_VERSION is answered by EV1 and NTAG21x, the first half of AUTHENTICATE by
 * Ultralight C. Each probe ends with a reselect, for a tag that does not know the command falls asleep.
 */
function* probe(): RfDialogue<number> {
  const version = yield {
    kind: "frame",
    data: Uint8Array.of(Type2Command.GET_VERSION),
    timeoutUs: PROBE_TIMEOUT_US,
  };
  yield { kind: "reselect" };
  if (version.kind === "frame" && version.data.length === VERSION_BYTES) return StorageCardName.MIFARE_ULTRALIGHT_EV1;

  const nonce = yield {
    kind: "frame",
    data: Uint8Array.of(Type2Command.AUTHENTICATE, 0),
    timeoutUs: PROBE_TIMEOUT_US,
  };
  yield { kind: "reselect" };
  return nonce.kind === "frame" && nonce.data.length === AUTHENTICATE_BYTES
    ? StorageCardName.MIFARE_ULTRALIGHT_C
    : StorageCardName.MIFARE_ULTRALIGHT;
}

function* checkPresence(rules: MifareUltralightRules, card: StorageCard): RfDialogue<boolean> {
  if (card.session.open && !rules.presenceInSession) return true;
  const reply = yield readFrame(rules.presencePage, rules.frameTimeoutUs);
  if (reply.kind === "frame" && (reply.data.length !== 1 || !rules.reselectAfterNak)) return true;
  if (card.afterFailure === "end-presence") return false;
  const reselected = yield { kind: "reselect" };
  return reselected.kind !== "failure";
}

function* activate(target: RfTarget, context: ActivationContext): RfDialogue<CardSession> {
  if (!isUltralight(target)) throw new UsageError("the target is no MIFARE Ultralight");
  const cardName = yield* probe();
  const rules = rulesOf(mifareUltralightDifferences, context.profile);
  const card: StorageCard = new StorageCard({
    family: FAMILY,
    atr: buildStorageCardAtr({ standard: StorageCardStandard.ISO14443A_3, cardName }),
    iccType: rules.iccType,
    uid: target.uid,
    target,
    context,
    commands: ultralightCommands(rules),
    getData: rules.getData,
    afterFailure: rules.afterFailure,
    frameTimeoutUs: rules.frameTimeoutUs,
    checkPresence: () => checkPresence(rules, card),
  });
  return card;
}

/** MIFARE Ultralight, Ultralight C, EV1, Nano, AES and NTAG: the type A tags with SAK 00 that have no ISO-DEP. */
export const mifareUltralight: CardFamily = { name: FAMILY, accepts: isUltralight, activate };
