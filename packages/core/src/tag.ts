import type { RfDialogue, RfFrame, RfFrameReply, RfFrontEnd, RfMifareAuthenticate, RfTarget } from "./rf.ts";

/**
 * Which reading of the contract a reader follows. `documented`: the DDI documents, PC/SC where they contradict
 * themselves, the certification tests where those decide. `nfccx`: what Windows' own driver does, defects included.
 */
export type ConformanceProfile = "documented" | "nfccx";

/** What a card made of one command APDU. */
export interface TransmitOutcome {
  /** Response data and SW1 SW2. Empty when `status` is not 0. */
  readonly response: Uint8Array;
  /** An NTSTATUS. 0 (SUCCESS) whenever there is a response, be its status word good or bad. */
  readonly status: number;
  /** True when the dialogue learnt that the tag is gone: the reader ends its presence. */
  readonly cardLost: boolean;
  /**
   * The command switched a card of several protocols to another target of its discovery: the reader activates that
   * target, and the session that it opens takes the place of this one.
   */
  readonly switchedTo?: RfTarget;
}

/** One card in the field, seen from above: APDUs in, RF requests out. */
export interface CardSession {
  /** The family's name, such as "mifare-ultralight". */
  readonly family: string;
  /** Answer to reset, with TCK (PC/SC part 3 section 3.1.3.2.3). */
  readonly atr: Uint8Array;
  /** The attribute ICC_TYPE_PER_ATR: 0 unknown, 5 ISO 14443 A, 6 ISO 14443 B, 7 ISO 15693. */
  readonly iccType: number;
  /**
   * Translates one command APDU.
   *
   * @param command the bytes of the APDU, any length from 1 on.
   * @param responseLimit how many bytes of response, SW included, the caller can take.
   */
  transmit(command: Uint8Array, responseLimit: number): RfDialogue<TransmitOutcome>;
  /** Asks the tag whether it is still there, without disturbing what was set up with it. */
  checkPresence(): RfDialogue<boolean>;
  /** Told after the tag has been deactivated and selected again (a POWER reset): what the tag forgot is forgotten here. */
  onReselected(): void;
}

/** A storage card: a {@link CardSession} whose APDUs are PC/SC pseudo-APDUs that become the tag's primitive commands. */
export type StorageCardTranslator = CardSession;

/** What a family is told about the card it may take, and the reader it is in. */
export interface ActivationContext {
  readonly profile: ConformanceProfile;
  /** Everything that discovery found, for a card of several protocols; the activated target alone when absent. */
  readonly targets?: readonly RfTarget[];
  /** The longest frames in bytes, without CRC, that the front end sends and receives; no limit when absent. */
  readonly frameLimits?: Pick<RfFrontEnd, "maxTransmitBytes" | "maxReceiveBytes">;
}

/** A kind of card. A reader is given a list of them, and asks them in turn. */
export interface CardFamily {
  readonly name: string;
  /** True when a target of this technology, SAK and so on belongs to the family. */
  accepts(target: RfTarget): boolean;
  /** Finds out what the selected tag is (by a sub-type probe where one is needed) and opens a session with it. */
  activate(target: RfTarget, context: ActivationContext): RfDialogue<CardSession>;
}

/** What silicon does with a frame: answers, keeps silent (`undefined`), in no time at all. */
export type SiliconReply = RfFrameReply | undefined;

/**
 * The silicon of a tag, for a virtual field. It keeps the state that the chip keeps (idle, selected, halted,
 * authenticated) and the memory, and it never fails: what it does not like it answers with NAK or silence.
 */
export interface VirtualTag {
  /** The product, such as "NTAG216". */
  readonly name: string;
  /** Enters or leaves a powered field. Volatile state is lost with the field. */
  setPowered(powered: boolean): void;
  /**
   * Wakes the tag and runs anticollision and selection with it (WUPA, REQB, polling, inventory), for all its
   * protocols: the targets that discovery reports. `undefined` when the tag would not answer.
   *
   * @param target one of the targets of an earlier selection, which is to be the active one; the first when absent. A
   * tag of a single protocol need not look at it.
   */
  select(target?: RfTarget): readonly [RfTarget, ...RfTarget[]] | undefined;
  /** Takes a frame without CRC (CRC and parity flags are the field's business). */
  receive(frame: RfFrame): SiliconReply;
  /** Does the reader's part of a MIFARE Classic authentication. Absent on other silicon. */
  authenticate?(request: RfMifareAuthenticate): boolean;
}
