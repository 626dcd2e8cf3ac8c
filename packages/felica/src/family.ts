import { buildStorageCardAtr, StorageCardName, StorageCardStandard } from "@cardwire/atr";
import { type CardFamily, type CardSession, equalBytes, type RfDialogue, UsageError } from "@cardwire/core";
import { rulesOf, StorageCard } from "@cardwire/storage-card";
import { ANY_SYSTEM, pollingFrame } from "./commands.ts";
import { felicaDifferences } from "./differences.ts";
import { transceiveNfcCx } from "./nfccx.ts";

/** ICC_TYPE_PER_ATR has no number for FeliCa. */
const ICC_TYPE_UNKNOWN = 0;
/** Polling, with its first time slot (JIS X 6319-4 section 4.3.4.1). */
const POLLING_TIMEOUT_US = 5_000;

/** FeliCa Standard, Lite and Lite-S, and other NFC Forum Type 3 tags. */
export const felica: CardFamily = {
  name: "felica",
  accepts: ({ technology }) => technology === "nfc-f",
  *activate(target, context): Generator<never, CardSession> {
    if (target.technology !== "nfc-f") throw new UsageError(`felica does not accept a target of ${target.technology}`);
    const rules = rulesOf(felicaDifferences, context.profile);
    const { idm } = target;
    return new StorageCard({
      family: "felica",
      atr: buildStorageCardAtr({ standard: StorageCardStandard.FELICA, cardName: StorageCardName.FELICA }),
      iccType: ICC_TYPE_UNKNOWN,
      uid: idm,
      target,
      context,
      getData: rules.getData,
      afterFailure: rules.afterFailure,
      frameTimeoutUs: rules.frameTimeoutUs,
      *checkPresence(): RfDialogue<boolean> {
        const data = pollingFrame(target.systemCode ?? ANY_SYSTEM);
        const reply = yield { kind: "frame", data, timeoutUs: POLLING_TIMEOUT_US };
        return reply.kind === "frame" && equalBytes(reply.data.subarray(2, 10), idm);
      },
      commands: { readBinary: rules.readBinary, updateBinary: rules.updateBinary, transceive: transceiveNfcCx },
    });
  },
};
