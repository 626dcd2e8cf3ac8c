import type { ConformanceProfile, IoctlDevice } from "@cardwire/core";

/** The cards that the certification tests ask for, and the one of Windows' own driver tests. */
export type ConformanceCardKind =
  "mifare-ultralight" | "mifare-ultralight-c" | "ntag" | "mifare-classic-1k" | "mifare-desfire" | "felica";

/** What a case must know of a card. */
export interface ConformanceCard {
  /** UID or IDm. */
  readonly uid: Uint8Array;
  /** MIFARE Classic: a data block that may be overwritten, and its sector's key B, which allows increment too. */
  readonly valueBlock?: { readonly block: number; readonly keyB: Uint8Array };
  /** FeliCa: a service without security that may be written, and how many blocks it has. */
  readonly service?: { readonly code: number; readonly blocks: number };
}

/**
 * The reader under test, with somebody who lays cards on it: a program that moves virtual tags, a robot, or a person who
 * is asked to.
 */
export interface ConformanceHarness {
  /** Which reading of the contract is expected. */
  readonly profile: ConformanceProfile;
  /** Opens the device. The case closes it. */
  open(): Promise<IoctlDevice>;
  /** The cards that are at hand. Cases that need another one are skipped by name. */
  readonly cards: Partial<Record<ConformanceCardKind, ConformanceCard>>;
  /** Lays a card on the reader, and resolves when it lies there. Nothing lies there before. */
  insert(kind: ConformanceCardKind): Promise<void>;
  /** Takes the card away. Without a card it does nothing. */
  remove(): Promise<void>;
  /** Switches the radio. Cases about it are skipped without. */
  setRadio?(on: boolean): Promise<void>;
  /** How long the reader may take for what it must do by itself; 1000 ms unless given, as in the driver's tests. */
  readonly limitMs?: number;
}
