import {
  concatBytes,
  FormatError,
  type RfDialogue,
  type RfFailureReason,
  type RfFrame,
  type RfReply,
  UsageError,
} from "@cardwire/core";
import {
  type BlockNumber,
  encodeBlock,
  encodeInformation,
  extensionFactor,
  type IsoDepBlock,
  readBlock,
} from "./block.ts";
import { CRC_BYTES } from "./frame-size.ts";
import type { IsoDepParameters } from "./parameters.ts";
import { DESELECT_WAIT_US, EXTRA_WAIT_US, LARGEST_FWT_US } from "./timing.ts";

/** Why there is no answer: what the air said last, or that the card does not keep to the protocol. */
export type IsoDepFailureReason = RfFailureReason | "protocol";

/** What came of a command. */
export type IsoDepOutcome =
  | { readonly kind: "response"; readonly data: Uint8Array }
  | { readonly kind: "failure"; readonly reason: IsoDepFailureReason };

/** An extended response APDU: 65,536 bytes and SW1 SW2. */
const LONGEST_RESPONSE_BYTES = 65_538;

/** A card that only ever asks for more time is cut off: at the usual 77 ms of FWT that is minutes. */
const MOST_EXTENSIONS = 2000;

/**
 * How often one block is asked for again: as often as fits a second, within the limits that NFC Forum Digital sets for
 * n RETRY (2 to 5), so that a card with a long FWT that was pulled away is not waited for many times.
 */
function retriesFor(fwtUs: number): number {
  return Math.max(2, Math.min(5, Math.floor(1_000_000 / fwtUs)));
}

/** Repeating cannot help: the card is gone, or the front end cannot do it. */
function isFinal(reason: IsoDepFailureReason): boolean {
  return reason === "link-lost" || reason === "unsupported" || reason === "overflow";
}

/**
 * The reader's side of ISO/IEC 14443-4 with one activated card: a block number, and dialogues. One runs at a time.
 *
 * "Rule n" names the rules of section 7.5.4 of ISO/IEC 14443-4:2008.
 */
export class IsoDepLink {
  readonly parameters: IsoDepParameters;
  readonly #waitUs: number;
  readonly #retries: number;
  /** Bytes of INF that fit the card's frame, in a block without NAD. */
  readonly #capacity: number;
  #number: BlockNumber = 0;

  /** @throws UsageError when the card's frames are too short for a block. */
  constructor(parameters: IsoDepParameters) {
    this.parameters = parameters;
    this.#waitUs = parameters.fwtUs + EXTRA_WAIT_US;
    this.#retries = retriesFor(parameters.fwtUs);
    this.#capacity = parameters.fscBytes - CRC_BYTES - (parameters.cid === undefined ? 1 : 2);
    if (this.#capacity < (parameters.nad === undefined ? 1 : 2))
      throw new UsageError(`a frame of ${parameters.fscBytes} bytes takes no block`);
  }

  /**
   * Sends a command and receives its response: chains both where they are longer than a frame, grants extensions of the
   * waiting time, and asks again for what was lost.
   *
   * After a failure the block numbers of card and reader may differ: the card must be activated anew.
   *
   * @param command any length; a card answers an empty one with a block, too.
   */
  *transceive(command: Uint8Array): RfDialogue<IsoDepOutcome> {
    const retries = this.#retries;
    let end = this.#endOfBlock(command, 0);
    let information = this.#information(command, 0, end);
    let frame = information;
    let waitUs = this.#waitUs;
    let failures = 0;
    let repetitions = 0;
    let extensions = 0;
    let received: Uint8Array[] | undefined;
    let receivedBytes = 0;
    for (;;) {
      const block = this.#understand(yield request(frame, waitUs));
      let problem: IsoDepFailureReason = "protocol";
      if (typeof block === "string") {
        problem = block;
      } else {
        // an extension holds until the next block has come
        waitUs = this.#waitUs;
        if (block.kind === "i") {
          // an answer before the whole command is there is none
          if (block.number === this.#number && end === command.length) {
            this.#toggle(); // rule B
            receivedBytes += block.data.length;
            if (!block.chaining)
              return {
                kind: "response",
                data: received === undefined ? block.data : concatBytes(...received, block.data),
              };
            received ??= [];
            // counts blocks as well, or a card could send empty ones for ever
            if (receivedBytes > LONGEST_RESPONSE_BYTES || received.length > LONGEST_RESPONSE_BYTES)
              return { kind: "failure", reason: "protocol" };
            received.push(block.data);
            frame = this.#ready(false); // rule 2
            failures = 0;
            continue;
          }
        } else if (block.kind === "r") {
          if (!block.nak && received === undefined) {
            if (block.number !== this.#number) {
              // rule 6: the card has not heard the last I-block
              if (++repetitions <= retries) {
                frame = information;
                failures = 0;
                continue;
              }
            } else if (end < command.length) {
              // rule 7
              this.#toggle();
              const start = end;
              end = this.#endOfBlock(command, start);
              frame = information = this.#information(command, start, end);
              failures = repetitions = 0;
              continue;
            }
          }
        } else if (block.command === "wtx") {
          const factor = extensionFactor(block);
          if (factor !== undefined) {
            if (++extensions > MOST_EXTENSIONS) return { kind: "failure", reason: "timeout" };
            waitUs = Math.min(this.parameters.fwtUs * factor, LARGEST_FWT_US) + EXTRA_WAIT_US;
            frame = this.#grant(block.data);
            failures = 0;
            continue;
          }
        }
      }
      if (isFinal(problem) || ++failures > retries) return { kind: "failure", reason: problem };
      frame = this.#ready(received === undefined); // rules 4 and 5
    }
  }

  /**
   * Asks whether the card is still there, and changes nothing: R(NAK), which a card answers with R(ACK) by rule 12.
   */
  *checkPresence(): RfDialogue<boolean> {
    for (let attempt = 0; attempt <= this.#retries; attempt++) {
      const block = this.#understand(yield request(this.#ready(true), this.#waitUs));
      if (typeof block !== "string") return true;
      if (isFinal(block)) return false;
    }
    return false;
  }

  /**
   * Lets go of the card: it halts, and answers nothing until it is woken and activated.
   *
   * @returns false when it did not say so (rule 8): it may be gone.
   */
  *deselect(): RfDialogue<boolean> {
    const frame = encodeBlock({ kind: "s", command: "deselect", data: new Uint8Array(0), ...this.#cid() });
    for (let attempt = 0; attempt <= this.#retries; attempt++) {
      const block = this.#understand(yield request(frame, DESELECT_WAIT_US));
      if (typeof block === "string") {
        if (isFinal(block)) return false;
      } else if (block.kind === "s" && block.command === "deselect") return true;
    }
    return false;
  }

  #understand(reply: RfReply): IsoDepBlock | IsoDepFailureReason {
    if (reply.kind === "failure") return reply.reason;
    if (reply.kind === "done" || reply.lastBits !== 8) return "protocol";
    const block = readBlock(reply.data);
    if (block instanceof FormatError || block.cid !== this.parameters.cid) return "protocol";
    return block;
  }

  #toggle(): void {
    this.#number = this.#number === 0 ? 1 : 0;
  }

  #cid(): { readonly cid?: number } {
    const { cid } = this.parameters;
    return cid === undefined ? {} : { cid };
  }

  #endOfBlock(command: Uint8Array, start: number): number {
    const capacity = start === 0 && this.parameters.nad !== undefined ? this.#capacity - 1 : this.#capacity;
    return Math.min(command.length, start + capacity);
  }

  #information(command: Uint8Array, start: number, end: number): Uint8Array {
    const { cid, nad } = this.parameters;
    // only the first block of a chain carries NAD (ISO/IEC 14443-4 section 7.1.2.3)
    return encodeInformation(
      this.#number,
      end < command.length,
      cid,
      start === 0 ? nad : undefined,
      command,
      start,
      end,
    );
  }

  #ready(nak: boolean): Uint8Array {
    return encodeBlock({ kind: "r", number: this.#number, nak, ...this.#cid() });
  }

  #grant(asked: Uint8Array): Uint8Array {
    // the reader has no power level to tell: bits 7 and 8 are zero
    return encodeBlock({ kind: "s", command: "wtx", ...this.#cid(), data: asked.map((byte) => byte & 0x3f) });
  }
}

function request(data: Uint8Array, timeoutUs: number): RfFrame {
  return { kind: "frame", data, timeoutUs };
}
