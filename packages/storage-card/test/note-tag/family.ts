import { buildStorageCardAtr, StorageCardName, StorageCardStandard } from "@cardwire/atr";
import { type CardFamily, type NfcATarget, type RfDialogue, type RfTarget, UsageError } from "@cardwire/core";
import { rulesOf, StorageCard } from "@cardwire/storage-card";
import { FRAME_TIMEOUT_US, noteTagCommands } from "./commands.ts";
import { noteTagDifferences } from "./differences.ts";

function isNoteTag(target: RfTarget): target is NfcATarget {
  return target.technology === "nfc-a" && target.sak === 0x0c && target.ats === undefined;
}

function* checkPresence(): RfDialogue<boolean> {
  const reply = yield { kind: "frame", data: Uint8Array.of(0xb0, 0), timeoutUs: FRAME_TIMEOUT_US };
  if (reply.kind === "frame") return true;
  // it may only have fallen silent
  return (yield { kind: "reselect" }).kind === "done";
}

/** The family of note tags. */
export const noteTag: CardFamily = {
  name: "note-tag",
  accepts: isNoteTag,
  *activate(target, context) {
    if (!isNoteTag(target)) throw new UsageError("the target is no note tag");
    const rules = rulesOf(noteTagDifferences, context.profile);
    return new StorageCard({
      family: "note-tag",
      atr: buildStorageCardAtr({ standard: StorageCardStandard.ISO14443A_3, cardName: StorageCardName.NO_NAME }),
      iccType: 5,
      uid: target.uid,
      target,
      context,
      commands: noteTagCommands(rules),
      getData: rules.getData,
      afterFailure: "reselect-or-end-presence",
      frameTimeoutUs: FRAME_TIMEOUT_US,
      checkPresence,
    });
  },
};
