import type { CardSession, RfDialogue, RfReply, RfTarget, TransmitOutcome } from "@cardwire/core";
import { NTSTATUS } from "@cardwire/ioctl";
import type { IsoDepRules } from "./differences.ts";
import { type CardData, getData, isGetData } from "./get-data.ts";
import { type ActivatedTarget, historyOf } from "./identity.ts";
import type { IsoDepFailureReason, IsoDepLink, IsoDepOutcome } from "./link.ts";

const NO_BYTES = new Uint8Array(0);

/** ICC_TYPE_PER_ATR. */
const ICC_TYPE = { "nfc-a": 5, "nfc-b": 6 } as const;

/** What a session is made of. */
export interface IsoDepSessionOptions {
  readonly target: ActivatedTarget;
  readonly rules: IsoDepRules;
  /** To be named in a reselection: that of a card of several protocols. */
  readonly reselected: RfTarget | undefined;
  /** The link with a card that this package has activated; absent when the front end has. */
  readonly link?: IsoDepLink;
  /** Makes the link after a selection: by activating the card, where the front end does not. */
  readonly connect: () => RfDialogue<IsoDepLink | IsoDepFailureReason>;
}

/** A card session that hands command APDUs to the card as they are. */
export class IsoDepSession implements CardSession {
  readonly family = "iso-dep";
  readonly atr: Uint8Array;
  readonly iccType: number;
  readonly #rules: IsoDepRules;
  readonly #reselected: RfTarget | undefined;
  readonly #connect: IsoDepSessionOptions["connect"];
  readonly #data: CardData;
  /** Who makes blocks of APDUs. Found out with the first one. */
  #blocksBy: "front-end" | "session" | undefined;
  /** The card as it was selected last; `undefined` until it has been activated since. */
  #link: IsoDepLink | undefined;

  /** @throws FormatError for an ATS or an answer to ATTRIB that is none. */
  constructor({ target, rules, reselected, link, connect }: IsoDepSessionOptions) {
    this.atr = rules.atr(target);
    this.iccType = ICC_TYPE[target.technology];
    this.#rules = rules;
    this.#reselected = reselected;
    this.#connect = connect;
    this.#link = link;
    this.#blocksBy = link === undefined ? undefined : "session";
    this.#data = {
      uid: (target.technology === "nfc-a" ? target.uid : target.pupi).slice(),
      history: historyOf(target),
    };
  }

  *transmit(command: Uint8Array, responseLimit: number): RfDialogue<TransmitOutcome> {
    if (this.#rules.getData === "reader" && isGetData(command))
      return this.#answered(getData(command, this.#data), responseLimit);
    const outcome = yield* this.#blocksBy === "session" && this.#link !== undefined
      ? this.#link.transceive(command)
      : this.#exchange(command);
    if (outcome.kind === "failure") return yield* this.#failed(outcome.reason);
    // a card in its native mode answers a single status byte, so only nothing at all is no answer
    return outcome.data.length === 0
      ? failure(NTSTATUS.UNSUCCESSFUL, false)
      : this.#answered(outcome.data, responseLimit);
  }

  *checkPresence(): RfDialogue<boolean> {
    if (this.#blocksBy !== "session") {
      const reply = yield this.#apdu(NO_BYTES);
      if (!this.#isRefused(reply)) return reply.kind !== "failure";
    }
    const link = yield* this.#connected();
    return typeof link === "string" ? false : yield* this.#rules.presence(link);
  }

  onReselected(): void {
    this.#link = undefined;
  }

  #answered(response: Uint8Array, area: number): TransmitOutcome {
    return response.length > area
      ? this.#rules.longResponse(response, area)
      : { response, status: NTSTATUS.SUCCESS, cardLost: false };
  }

  *#exchange(command: Uint8Array): RfDialogue<IsoDepOutcome> {
    if (this.#blocksBy !== "session") {
      const reply = yield this.#apdu(command);
      if (!this.#isRefused(reply)) {
        if (reply.kind === "frame") return { kind: "response", data: reply.data };
        return { kind: "failure", reason: reply.kind === "failure" ? reply.reason : "protocol" };
      }
    }
    const link = yield* this.#connected();
    return typeof link === "string" ? { kind: "failure", reason: link } : yield* link.transceive(command);
  }

  #apdu(command: Uint8Array): { kind: "apdu"; command: Uint8Array; timeoutUs: number } {
    return { kind: "apdu", command, timeoutUs: this.#rules.apduTimeoutUs };
  }

  /** True when the front end does not run ISO-DEP: it is not asked again. */
  #isRefused(reply: RfReply): boolean {
    if (this.#blocksBy === undefined)
      this.#blocksBy = reply.kind === "failure" && reply.reason === "unsupported" ? "session" : "front-end";
    return this.#blocksBy === "session";
  }

  *#connected(): RfDialogue<IsoDepLink | IsoDepFailureReason> {
    if (this.#link !== undefined) return this.#link;
    const link = yield* this.#connect();
    if (typeof link !== "string") this.#link = link;
    return link;
  }

  *#failed(reason: IsoDepFailureReason): RfDialogue<TransmitOutcome> {
    switch (reason) {
      case "unsupported":
        // a front end that makes the blocks has sent none, and the card stands where it stood
        return failure(NTSTATUS.NOT_SUPPORTED, this.#blocksBy === "session" && (yield* this.#recover()));
      // something came, and it is no answer: the card is there
      case "protocol":
      case "overflow":
        return failure(NTSTATUS.UNSUCCESSFUL, yield* this.#recover());
      case "link-lost":
        return failure(this.#rules.noAnswerStatus, true);
      default:
        return failure(
          this.#rules.noAnswerStatus,
          this.#rules.afterNoAnswer === "end-presence" ? true : yield* this.#recover(),
        );
    }
  }

  /**
   * Selects the card anew, so that block numbers agree again.
   *
   * @returns true when it is gone.
   */
  *#recover(): RfDialogue<boolean> {
    const reply = yield this.#reselected === undefined
      ? { kind: "reselect" }
      : { kind: "reselect", target: this.#reselected };
    this.#link = undefined;
    return reply.kind === "failure" && reply.reason !== "unsupported";
  }
}

function failure(status: number, cardLost: boolean): TransmitOutcome {
  return { response: NO_BYTES, status, cardLost };
}
