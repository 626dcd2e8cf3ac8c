import type { RfFrame, SiliconReply } from "@cardwire/core";

/** Short frames of seven bits (ISO/IEC 14443-3 section 6.4.1). */
const REQA = 0x26;
const WUPA = 0x52;
const SELECT_CASCADE_1 = 0x93;
const SELECT_CASCADE_2 = 0x95;
/** Number of valid bits: nothing of the UID, or all of it. */
const NVB_NONE = 0x20;
const NVB_ALL = 0x70;
const CASCADE_TAG = 0x88;
const SAK_CASCADE = 0x04;
const SAK_COMPLETE = 0x00;

/** Where a type A tag stands (ISO/IEC 14443-3 section 6.3). */
export type SelectionState = "off" | "idle" | "ready1" | "ready2" | "active" | "halt";

/** The state machine of a tag with a UID of 7 bytes, up to the active state. */
export class Selection {
  state: SelectionState = "off";
  /** A tag that fell out of the active state goes back to where it was woken from. */
  #wokenFrom: "idle" | "halt" = "idle";
  readonly #uid: () => Uint8Array;
  readonly #atqa: Uint8Array;

  constructor(uid: () => Uint8Array, atqa: Uint8Array) {
    this.#uid = uid;
    this.#atqa = atqa;
  }

  /** The whole selection at once, from any state. False without power. */
  selectAtOnce(): boolean {
    if (this.state === "off") return false;
    if (this.state !== "active") this.#wake();
    this.state = "active";
    return true;
  }

  halt(): void {
    this.state = "halt";
    this.#wokenFrom = "halt";
  }

  /** What an error does. */
  fallBack(): void {
    this.state = this.#wokenFrom;
  }

  power(on: boolean): void {
    this.state = on ? "idle" : "off";
    this.#wokenFrom = "idle";
  }

  #wake(): void {
    if (this.state === "idle" || this.state === "halt") this.#wokenFrom = this.state;
  }

  /** Takes a frame in any state but active. */
  receive(frame: RfFrame): SiliconReply {
    const { data } = frame;
    switch (this.state) {
      case "idle":
      case "halt":
        if (frame.lastBits !== 7 || data.length !== 1) return undefined;
        if (data[0] !== WUPA && (data[0] !== REQA || this.state === "halt")) return undefined;
        this.#wake();
        this.state = "ready1";
        return { kind: "frame", data: this.#atqa.slice(), lastBits: 8 };
      case "ready1":
        return this.#cascade(data, SELECT_CASCADE_1, Uint8Array.of(CASCADE_TAG, ...this.#uid().subarray(0, 3)));
      case "ready2":
        return this.#cascade(data, SELECT_CASCADE_2, this.#uid().slice(3));
      default:
        return undefined;
    }
  }

  /** One cascade level: anticollision gives the four bytes and their check byte, select must name them. */
  #cascade(data: Uint8Array, command: number, part: Uint8Array): SiliconReply {
    let check = 0;
    for (const byte of part) check ^= byte;
    const withCheck = Uint8Array.of(...part, check);
    if (data[0] === command && data.length === 2 && data[1] === NVB_NONE)
      return { kind: "frame", data: withCheck, lastBits: 8 };
    if (
      data[0] === command &&
      data.length === 7 &&
      data[1] === NVB_ALL &&
      withCheck.every((byte, at) => byte === data[2 + at])
    ) {
      const complete = command === SELECT_CASCADE_2;
      this.state = complete ? "active" : "ready2";
      return { kind: "frame", data: Uint8Array.of(complete ? SAK_COMPLETE : SAK_CASCADE), lastBits: 8 };
    }
    this.fallBack();
    return undefined;
  }
}
