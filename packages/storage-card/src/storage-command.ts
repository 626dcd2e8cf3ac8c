import type { RfDialogue, RfFailureReason, RfReply, TransmitOutcome } from "@cardwire/core";
import { StatusWord } from "./status-word.ts";
import type { StorageCard } from "./storage-card.ts";

const NO_BYTES = new Uint8Array(0);

/** What one pseudo-APDU becomes on the air. */
export type CommandDialogue = RfDialogue<TransmitOutcome>;

/** A response that is a status word alone. */
export function bareResponse(statusWord: number): Uint8Array {
  const response = new Uint8Array(2);
  response[0] = statusWord >> 8;
  response[1] = statusWord;
  return response;
}

/**
 * One pseudo-APDU on its way through a family's generator: what was asked, what the tag answered, how it ends. There is
 * one for each APDU, so nothing of a command outlives it but what the family keeps on purpose.
 */
export class StorageCommand {
  readonly card: StorageCard;
  /** The whole command APDU. */
  readonly bytes: Uint8Array;
  readonly p1: number;
  readonly p2: number;
  /** Expected length: 0 for `00` and when the APDU has no Le. */
  readonly le: number;
  /** Length of the command data. */
  readonly lc: number;
  /** Where the command data begins in `bytes`. */
  readonly dataOffset: number;
  /** How many bytes of response, SW included, the caller can take. */
  readonly area: number;

  /** What the tag answered last, without what {@link StorageCommand.accept} refused. */
  received: Uint8Array = NO_BYTES;
  /** Valid bits in the last byte of `received`. */
  receivedLastBits = 8;
  /** Why the last exchange failed. */
  failure: RfFailureReason | undefined = undefined;
  /** The tag is gone: presence ends with this command. */
  cardLost = false;

  constructor(card: StorageCard, bytes: Uint8Array, area: number, lc: number, le: number, dataOffset: number) {
    this.card = card;
    this.bytes = bytes;
    this.p1 = bytes[2] ?? 0;
    this.p2 = bytes[3] ?? 0;
    this.lc = lc;
    this.le = le;
    this.dataOffset = dataOffset;
    this.area = area;
  }

  /**
   * Byte `index` of the command data. 0 beyond the end of the APDU: `nfccx` takes Lc at its word and reads on, and what
   * its buffer holds there is nobody's promise.
   */
  data(index: number): number {
    return this.bytes[this.dataOffset + index] ?? 0;
  }

  /** A copy of `length` bytes of command data from `start` on, filled with zeros beyond the end of the APDU. */
  copyData(start: number, length: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(length);
    // short as the data of pseudo-APDUs are, a loop is faster than a view and a block copy
    for (let index = 0; index < length; index++) copy[index] = this.data(start + index);
    return copy;
  }

  /**
   * Takes the reply to an exchange. `OK`: its bytes, perhaps none, are in `received`. Otherwise the status word to give,
   * and `failure` says why; call {@link StorageCommand.recover} before going on.
   *
   * @param limit how many bytes may come; the rule of the profile says whether more is a failure.
   */
  accept(reply: RfReply, limit: number = this.area): number {
    this.received = NO_BYTES;
    this.failure = undefined;
    if (reply.kind === "frame") {
      if (reply.data.length > limit && this.card.rules.areaLimitsReply) {
        this.failure = "overflow";
        return StatusWord.COMMAND_INCOMPATIBLE;
      }
      this.received = reply.data;
      this.receivedLastBits = reply.lastBits;
      return StatusWord.OK;
    }
    if (reply.kind === "done") return StatusWord.OK;
    this.failure = reply.reason;
    return reply.reason === "unsupported" ? this.card.rules.unsupportedByFrontEnd : StatusWord.COMMAND_INCOMPATIBLE;
  }

  /**
   * After a failed exchange: does what the family's rule `afterFailure` says, so that the next command finds the tag in
   * order, or presence ends.
   */
  *recover(): RfDialogue<void> {
    const reason = this.failure;
    if (reason === undefined || reason === "unsupported") return;
    if (this.card.afterFailure === "end-presence") {
      if (reason === "timeout" || reason === "link-lost") this.cardLost = true;
      return;
    }
    yield* this.reselect();
  }

  /** Selects the tag again; what follows when it does not answer is the family's rule `afterFailure`. */
  *reselect(): RfDialogue<void> {
    const reply = yield this.card.reselection;
    if (reply.kind !== "failure") this.card.onReselected();
    else if (this.card.afterFailure !== "reselect") this.cardLost = true;
  }

  /**
   * Ends the command with response data and a status word.
   *
   * @param counted how long the reader believes the data to be when it looks whether they fit the area: some readings
   *   count bytes that are stripped afterwards.
   * @param shortLeWord answered in place of `statusWord` while {@link StorageCard.shortLe} is set, which this clears.
   */
  end(
    statusWord: number,
    data: Uint8Array = NO_BYTES,
    counted: number = data.length,
    shortLeWord?: number,
  ): TransmitOutcome {
    const { card } = this;
    if (counted + 2 > this.area) return card.rules.areaTooSmall(counted, this.cardLost);
    let word = statusWord;
    if (shortLeWord !== undefined && card.shortLe) {
      card.shortLe = false;
      word = shortLeWord;
    }
    const length = data.length;
    const response = new Uint8Array(length + 2);
    if (length > 0) response.set(data);
    response[length] = word >> 8;
    response[length + 1] = word;
    return { response, status: 0, cardLost: this.cardLost };
  }

  /** Ends the command without a response. @param status an NTSTATUS other than SUCCESS. */
  endWithStatus(status: number): TransmitOutcome {
    return { response: NO_BYTES, status, cardLost: this.cardLost };
  }
}
