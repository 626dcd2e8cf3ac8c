import { type NfcATarget, type RfDialogue, type RfMifareAuthenticate, UsageError } from "@cardwire/core";
import { StorageCard, type StorageCardOptions, type StorageCommand } from "@cardwire/storage-card";

/** What the sector that is open was opened with. */
export interface Authentication {
  readonly block: number;
  readonly keyType: "a" | "b";
  readonly key: Uint8Array;
}

/** A session with a MIFARE Classic: remembers which sector is open, because asking whether the card is there closes it. */
export class MifareClassicCard extends StorageCard {
  authenticated: Authentication | undefined;
  /** The four bytes of the UID that the cipher takes: the last ones (AN10927 section 2.1). */
  readonly #cipherUid: Uint8Array;

  constructor(target: NfcATarget, options: Omit<StorageCardOptions, "target" | "uid" | "checkPresence">) {
    super({ ...options, target, uid: target.uid, checkPresence: () => this.#checkPresence() });
    this.#cipherUid = target.uid.slice(-4);
  }

  /** The request that opens a sector. */
  authentication(block: number, keyType: "a" | "b", key: Uint8Array): RfMifareAuthenticate {
    return { kind: "mifare-authenticate", block, keyType, key, uid: this.#cipherUid };
  }

  override onReselected(): void {
    this.authenticated = undefined;
    super.onReselected();
  }

  /** Opens the open sector once more, which disturbs nothing; with none open, or when that fails, selects the card again. */
  *#checkPresence(): RfDialogue<boolean> {
    const { authenticated } = this;
    if (authenticated !== undefined) {
      const reply = yield this.authentication(authenticated.block, authenticated.keyType, authenticated.key);
      if (reply.kind === "done") return true;
    }
    const reply = yield { kind: "reselect" };
    this.onReselected();
    return reply.kind !== "failure";
  }
}

/** The card that a command of this family goes to. */
export function classicCardOf(command: StorageCommand): MifareClassicCard {
  if (!(command.card instanceof MifareClassicCard))
    throw new UsageError(`a MIFARE Classic command for a card of family ${command.card.family}`);
  return command.card;
}
