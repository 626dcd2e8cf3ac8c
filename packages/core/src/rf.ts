/**
 * The air, as a translator sees it: requests that it yields, replies that it gets. Nothing here names a chip.
 */

/** A frame to a tag, without CRC and parity unless told otherwise. */
export interface RfFrame {
  readonly kind: "frame";
  readonly data: Uint8Array;
  /** Valid bits in the last byte of `data`, 1–8; 8 when absent. */
  readonly lastBits?: number;
  /** False: `data` already ends in its CRC. True when absent: the front end appends the CRC of the tag's technology. */
  readonly transmitCrc?: boolean;
  /** False: the reply is handed up with its CRC, unchecked. True when absent: checked and removed. */
  readonly receiveCrc?: boolean;
  /** False: parity bits are part of the data. True when absent: the front end inserts and removes them. */
  readonly transmitParity?: boolean;
  readonly receiveParity?: boolean;
  /** "nothing": the frame is sent and no reply is waited for. "reply" when absent. */
  readonly expect?: "reply" | "nothing";
  /** How long the tag may take to begin its answer, in microseconds. */
  readonly timeoutUs: number;
}

/** Only listen: what the transparent session's receive object asks for. */
export interface RfReceive {
  readonly kind: "receive";
  readonly receiveCrc?: boolean;
  readonly receiveParity?: boolean;
  readonly timeoutUs: number;
}

/** MIFARE Classic authentication, which front ends do in hardware. */
export interface RfMifareAuthenticate {
  readonly kind: "mifare-authenticate";
  readonly block: number;
  readonly keyType: "a" | "b";
  /** 6 bytes. */
  readonly key: Uint8Array;
  /** The 4 bytes of the UID that the cipher uses: the last four of NFCID1. */
  readonly uid: Uint8Array;
}

/** Deactivate the tag and select it again, so that it stands where it stood right after discovery. */
export interface RfReselect {
  readonly kind: "reselect";
  /** Another target of the same discovery: a card of several protocols is switched so. */
  readonly target?: RfTarget;
}

/** Field off or on: off resets every tag in it. */
export interface RfField {
  readonly kind: "field";
  readonly on: boolean;
  /** How long to stay in the present state before it changes, in microseconds; not at all when absent. */
  readonly delayUs?: number;
}

/**
 * A command APDU for a tag whose ISO-DEP layer (ISO/IEC 14443-4) the front end runs itself. An empty one only asks whether
 * the tag is still there; any frame is a yes. A front end that does not run ISO-DEP answers both "unsupported".
 */
export interface RfApdu {
  readonly kind: "apdu";
  readonly command: Uint8Array;
  readonly timeoutUs: number;
}

/** What a dialogue can ask of the air. */
export type RfRequest = RfFrame | RfReceive | RfMifareAuthenticate | RfReselect | RfField | RfApdu;

/** Why the air gave nothing usable. */
export type RfFailureReason =
  /** The tag did not begin to answer in time. */
  | "timeout"
  /** An answer came, and its CRC, parity or framing is wrong. */
  | "crc"
  | "parity"
  | "framing"
  | "collision"
  /** The authentication was refused or not answered. */
  | "authentication"
  /** The front end reports that link or tag are gone: field lost, reselect without an answer. */
  | "link-lost"
  /** The reply is longer than the front end can hand up. */
  | "overflow"
  /** This front end cannot do what was asked. */
  | "unsupported";

/** Bytes from the tag. */
export interface RfFrameReply {
  readonly kind: "frame";
  /** Without CRC where the request had it checked. May be empty. Never a view on memory that is written again. */
  readonly data: Uint8Array;
  /** Valid bits in the last byte, 1–8: a 4-bit ACK or NAK of a Type 2 tag has 4. */
  readonly lastBits: number;
}

/** A request without an answer of its own is done. */
export interface RfDone {
  readonly kind: "done";
}

/** Nothing usable came. A failure is a value: dialogues decide what it means to their card. */
export interface RfFailure {
  readonly kind: "failure";
  readonly reason: RfFailureReason;
}

/** What the air answers. */
export type RfReply = RfFrameReply | RfDone | RfFailure;

/** A tag of ISO/IEC 14443 type A, with anticollision. */
export interface NfcATarget {
  readonly technology: "nfc-a";
  /** NFCID1: 4, 7 or 10 bytes. */
  readonly uid: Uint8Array;
  /** SENS_RES as received, 2 bytes, so `44 00` for an Ultralight. */
  readonly atqa: Uint8Array;
  /** SEL_RES. */
  readonly sak: number;
  /** Answer to select without CRC, TL included, when the tag was taken to ISO-DEP. */
  readonly ats?: Uint8Array;
}

/** An NFC Forum Type 1 tag (Jewel, Topaz): type A modulation without anticollision. */
export interface NfcAType1Target {
  readonly technology: "nfc-a-type1";
  /** Header ROM bytes of the RID answer. */
  readonly hr0: number;
  readonly hr1: number;
  /** UID0–3 of the RID answer. */
  readonly uid: Uint8Array;
}

/** A tag of ISO/IEC 14443 type B. */
export interface NfcBTarget {
  readonly technology: "nfc-b";
  /** 4 bytes. */
  readonly pupi: Uint8Array;
  /** ATQB application data, 4 bytes. */
  readonly applicationData: Uint8Array;
  /** ATQB protocol info, 3 bytes (4 in an extended ATQB). */
  readonly protocolInfo: Uint8Array;
  /** The answer to ATTRIB without CRC, when the tag was taken to ISO-DEP. */
  readonly attrib?: Uint8Array;
}

/** An ST or NXP type B memory tag that answers INITIATE instead of REQB (SRI, SRIX, ST25TB): no PUPI, but a UID. */
export interface NfcBMemoryTarget {
  readonly technology: "nfc-b-memory";
  /** 8 bytes, least significant first as on the air. */
  readonly uid: Uint8Array;
  /** Chip identifier given in the selection. */
  readonly chipId: number;
}

/** A FeliCa tag (NFC-F, Type 3). */
export interface NfcFTarget {
  readonly technology: "nfc-f";
  /** 8 bytes each. */
  readonly idm: Uint8Array;
  readonly pmm: Uint8Array;
  /** The system code that answered the poll, when it was asked for. */
  readonly systemCode?: number;
}

/** An ISO/IEC 15693 tag (NFC-V, Type 5). */
export interface NfcVTarget {
  readonly technology: "nfc-v";
  /** 8 bytes in the order of the air: least significant first, E0 last. */
  readonly uid: Uint8Array;
  readonly dsfid: number;
}

/** What discovery found, before anybody knows which product it is. */
export type RfTarget = NfcATarget | NfcAType1Target | NfcBTarget | NfcBMemoryTarget | NfcFTarget | NfcVTarget;

/** Performs RF requests, at once or with a promise: a virtual tag answers at once, and so costs no turn of the loop. */
export interface RfLink {
  exchange(request: RfRequest): RfReply | Promise<RfReply>;
}

/** A reader chip with its antenna, or a virtual field. */
export interface RfFrontEnd extends RfLink {
  /** For messages and traces, such as "virtual field" or "PN532 1.6". */
  readonly name: string;
  /** The longest frame in bytes, without CRC, that can be sent and received. */
  readonly maxTransmitBytes: number;
  readonly maxReceiveBytes: number;
  /**
   * Switches the field on and waits until a tag has been found and selected. More than one entry: one card with several
   * protocols (SAK 28, 38); the first is the selected one. Aborting the signal rejects with its reason; discovery has
   * then stopped. Never called while another call is under way.
   */
  discover(signal: AbortSignal): Promise<readonly [RfTarget, ...RfTarget[]]>;
  /** Lets go of the tag and switches the field off. A tag that stays is found anew by the next `discover`. */
  deactivate(): void | Promise<void>;
  /** Field off, device released. Idempotent. */
  close(): void | Promise<void>;
}

/** A conversation with a tag: yields requests, receives replies, returns what came of it. It never does I/O itself. */
export type RfDialogue<Result> = Generator<RfRequest, Result, RfReply>;

/**
 * Runs a dialogue over a link. Stays synchronous as long as the link answers at once, and returns a promise only from
 * the first request on that the link answers with one.
 *
 * Errors that the link throws are thrown into the dialogue, so that its `finally` blocks run.
 */
export function runDialogue<Result>(dialogue: RfDialogue<Result>, link: RfLink): Result | Promise<Result> {
  let step = dialogue.next();
  while (step.done !== true) {
    let reply: RfReply | Promise<RfReply>;
    try {
      reply = link.exchange(step.value);
    } catch (error) {
      step = dialogue.throw(error);
      continue;
    }
    if (isPromise(reply)) return finishDialogue(dialogue, link, reply);
    step = dialogue.next(reply);
  }
  return step.value;
}

async function finishDialogue<Result>(
  dialogue: RfDialogue<Result>,
  link: RfLink,
  first: Promise<RfReply>,
): Promise<Result> {
  let pending = first;
  for (;;) {
    let step: IteratorResult<RfRequest, Result>;
    try {
      step = dialogue.next(await pending);
    } catch (error) {
      // thrown by the link, or already by the dialogue itself: a finished generator just throws it again
      step = dialogue.throw(error);
    }
    for (;;) {
      if (step.done === true) return step.value;
      let reply: RfReply | Promise<RfReply>;
      try {
        reply = link.exchange(step.value);
      } catch (error) {
        step = dialogue.throw(error);
        continue;
      }
      if (isPromise(reply)) {
        pending = reply;
        break;
      }
      step = dialogue.next(reply);
    }
  }
}

function isPromise(reply: RfReply | Promise<RfReply>): reply is Promise<RfReply> {
  // asked for what replies have: to look for `then` would walk the whole prototype chain of every reply
  return !("kind" in reply);
}
