import type { BytesSource, SmartCardCallOptions, SmartCardConnection, SmartCardTransmitOptions } from "@cardwire/core";
import type { CardIdentity } from "./card-identity.ts";
import type { FamilyHelpers, FamilyName } from "./families/index.ts";
import type { TapMemory } from "./memory.ts";
import type { TapIdentity } from "./tap-identity.ts";
import type { TapNdef } from "./tap-ndef.ts";

/** Something that did not work while a tap arrived. The tap arrives all the same. */
export interface TapProblem {
  /** "connect" the card could not be reached, "uid" it gave no UID, "identify" it did not say what it is. */
  readonly step: "connect" | "uid" | "identify";
  readonly error: Error;
}

/**
 * A card that was laid on a reader. It lasts until the card is taken away, the stream of taps ends or {@link Tap.close}
 * is called; from then on every call rejects.
 */
export interface Tap {
  /** The reader's name. */
  readonly reader: string;
  /** Answer to reset; empty for a card that did not answer. */
  readonly atr: Uint8Array;
  /** What the card is. */
  readonly card: CardIdentity;
  /** The UID (PUPI, IDm) in the order in which it is sent over the air; `undefined` for contact cards and where it was refused. */
  readonly uid: Uint8Array | undefined;
  /** What did not work at arrival. */
  readonly problems: readonly TapProblem[];
  /** Aborted when the card is gone, or this tap closed. */
  readonly gone: AbortSignal;
  /** The shared connection to the card, made on first use. */
  readonly connection: SmartCardConnection;
  /** NDEF, `undefined` where the family cannot keep it. */
  readonly ndef: TapNdef | undefined;
  /** The memory, `undefined` where no family knows its layout. */
  readonly memory: TapMemory | undefined;
  /**
   * Asks the card all there is to ask: its product, how large it is, whether it holds NDEF, and what of it is locked or
   * protected. A processor card is asked for the applications that are known; what was selected on it is selected no more.
   *
   * @throws SmartCardError when the card is taken away or held by others, the signal's reason when it is aborted.
   */
  identify(options?: SmartCardCallOptions): Promise<TapIdentity>;
  /** Sends a command APDU and gives the response APDU, SW1 SW2 included. */
  transmit(command: BytesSource, options?: SmartCardTransmitOptions): Promise<Uint8Array>;
  /** The family's helper; `undefined` when the card is of another family. */
  as<Name extends FamilyName>(family: Name): FamilyHelpers[Name] | undefined;
  /** Lets go of the card, which stays powered. Idempotent. */
  close(): Promise<void>;
  /** `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
