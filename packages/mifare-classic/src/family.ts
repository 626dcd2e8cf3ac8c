import { buildStorageCardAtr, StorageCardStandard } from "@cardwire/atr";
import { type CardFamily, type CardSession, type NfcATarget, type RfTarget, UsageError } from "@cardwire/core";
import { type CommandDialogue, rulesOf, type StorageCardOptions } from "@cardwire/storage-card";
import { obsoleteAuthenticate } from "./authenticate.ts";
import { MifareClassicCard } from "./card.ts";
import { mifareClassicDifferences } from "./differences.ts";
import { transceiveNfcCx } from "./transceive-nfccx.ts";

/** SAKs of Plus cards in security level 2, which have no bit of their own for Classic. */
const PLUS_SL2 = [0x10, 0x11];

/** A Classic says so by bit 4 of its SAK (AN10833 figure 2); a TNP3xxx (01) and Plus SL2 cards don't, and are. */
function isClassic(target: RfTarget): target is NfcATarget {
  return (
    target.technology === "nfc-a" &&
    target.ats === undefined &&
    ((target.sak & 0x08) !== 0 || target.sak === 0x01 || PLUS_SL2.includes(target.sak))
  );
}

/** What a session can be given beside the card. */
export interface MifareClassicOptions {
  /** Where LOAD KEYS keeps keys: a volatile store for each card, and no non-volatile one, unless given. */
  readonly keys?: NonNullable<StorageCardOptions["keys"]>;
}

/** The family with options of one's own. */
export function createMifareClassicFamily(options: MifareClassicOptions = {}): CardFamily {
  return {
    name: "mifare-classic",
    accepts: isClassic,
    *activate(target, context): Generator<never, CardSession> {
      if (!isClassic(target)) throw new UsageError(`mifare-classic does not accept a target of ${target.technology}`);
      const rules = rulesOf(mifareClassicDifferences, context.profile);
      return new MifareClassicCard(target, {
        family: "mifare-classic",
        atr: buildStorageCardAtr({
          standard: StorageCardStandard.ISO14443A_3,
          cardName: rules.cardNameOfSak(target.sak),
        }),
        iccType: rules.iccType,
        context,
        getData: rules.getData,
        afterFailure: rules.afterFailure,
        frameTimeoutUs: rules.frameTimeoutUs,
        commands: {
          readBinary: rules.readBinary,
          updateBinary: rules.updateBinary,
          generalAuthenticate: rules.generalAuthenticate,
          authenticate: (command): CommandDialogue => obsoleteAuthenticate(command),
          incrementDecrement: rules.incrementDecrement,
          transceive: transceiveNfcCx,
        },
        ...(options.keys === undefined ? {} : { keys: options.keys }),
      });
    },
  };
}

/** MIFARE Classic (Mini, 1K, 2K, 4K) and Plus in security levels 1 and 2. */
export const mifareClassic: CardFamily = createMifareClassicFamily();
