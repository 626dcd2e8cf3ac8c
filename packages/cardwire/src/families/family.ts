import type { ReaderDialect } from "@cardwire/apdu/pcsc";
import type { SmartCardConnection } from "@cardwire/core";
import type { TapMemory } from "../memory.ts";
import type { TapNdef } from "../tap-ndef.ts";

/** What a family's own commands tell about a card that its ATR does not. */
export interface ProductIdentity {
  /** The product, such as "NTAG216"; absent where only more is known of what the answer to reset names. */
  readonly name?: string;
  /** How it was found out, such as "GET_VERSION 00 04 04 02 01 00 13 03". */
  readonly evidence: string;
  /** Bytes for the user's own data. */
  readonly userBytes?: number;
}

/** What more there is to find out about a card than its product. */
export interface CardFindings {
  /** The whole memory, with what is not for the user. */
  readonly memoryBytes?: number;
  /** Some of the memory is locked for ever. */
  readonly isLocked?: boolean;
  /** Some of the memory wants a password or a key. */
  readonly isProtected?: boolean;
}

/** Of every question to a card. */
export interface FamilyCallOptions {
  readonly signal?: AbortSignal;
}

/** Where a card lies. */
export interface CardPlace {
  readonly connection: SmartCardConnection;
  /** What the reader makes of PC/SC part 3. */
  readonly dialect: ReaderDialect;
  readonly atr: Uint8Array;
}

/** One card, in the hands of its family. */
export interface FamilyCard<Helper = unknown> {
  /** What `tap.as()` gives. */
  readonly helper: Helper;
  /** Asks the card what it is. `undefined` where the reader lets nobody ask, or the card does not know. */
  identify?(options: FamilyCallOptions): Promise<ProductIdentity | undefined>;
  /** Asks the card what else there is to know. */
  inspect?(options: FamilyCallOptions): Promise<CardFindings>;
  /** How the memory is read; absent where nobody knows its layout. */
  readonly memory?: TapMemory;
  /** How the family keeps NDEF; absent where it cannot. */
  readonly ndef?: TapNdef;
}

/** What the umbrella knows of one tag family. */
export interface Family<Name extends string = string, Helper = unknown> {
  readonly name: Name;
  /** True when cards with this PC/SC standard byte (SS) and card name (NN NN) are the family's. */
  accepts(standard: number, cardName: number): boolean;
  open(place: CardPlace): FamilyCard<Helper>;
}
