import { concatBytes, crcOnAir, type NfcATarget, type RfFrame, type RfReply } from "@cardwire/core";
import { FRAMING } from "../../chip/registers.ts";
import { atqbOf, StepwiseAir, type VirtualAir } from "../air.ts";

const TIMEOUT: RfReply = { kind: "failure", reason: "timeout" };

const SELECT: readonly number[] = [0x93, 0x95, 0x97];
const CASCADE_TAG = 0x88;
const SAK_CASCADE = 0x04;
const TYPE1_ATQA = Uint8Array.of(0x00, 0x0c);

/** How far the card is: what comes before selection is answered here, since the field has no such steps. */
type Stage = "idle" | "ready" | "selected";

/** The air for a host that asks, tells cards apart and selects by frames. */
export class CardAir {
  readonly #air: StepwiseAir;
  #stage: Stage = "idle";
  #level = 0;

  constructor(air: VirtualAir) {
    this.#air = new StepwiseAir(air);
  }

  get isOn(): boolean {
    return this.#air.isOn;
  }

  async switchField(on: boolean): Promise<void> {
    if (on === this.isOn) return;
    this.#stage = "idle";
    await this.#air.switchField(on);
    if (on) await this.#find();
  }

  async #find(): Promise<void> {
    const [card] = await this.#air.find();
    // a card that has been selected by the field does not hear INITIATE
    if (card?.technology === "nfc-b-memory") await this.#air.wake();
  }

  /** @param framing the bits on the air, and whether they are those of a Type 1 tag. */
  async frame(frame: RfFrame, framing: number, isType1: boolean): Promise<RfReply> {
    if (!this.isOn) return { kind: "failure", reason: "link-lost" };
    if (this.#air.targets.length === 0) await this.#find();
    const [card] = this.#air.targets;
    if (card === undefined || this.#stage === "selected") return this.#air.frame(frame, framing);
    if (card.technology === "nfc-a-type1") {
      if (framing === FRAMING.A && isRequest(frame)) return reply(TYPE1_ATQA);
      return isType1 ? this.#air.frame(frame, framing) : TIMEOUT;
    }
    if (card.technology === "nfc-a") return framing === FRAMING.A ? this.#beforeSelection(frame, card) : TIMEOUT;
    if (card.technology === "nfc-b") {
      if (framing !== FRAMING.B || frame.data.length !== 3 || frame.data[0] !== 0x05) return TIMEOUT;
      this.#stage = "selected";
      return reply(atqbOf(card), frame, "nfc-b");
    }
    return this.#air.frame(frame, framing);
  }

  /** REQA or WUPA, anticollision, selection. What does not belong there sends the card back to the beginning. */
  #beforeSelection(frame: RfFrame, card: NfcATarget): RfReply {
    const { data } = frame;
    if (this.#stage === "idle") {
      if (!isRequest(frame)) return TIMEOUT;
      this.#stage = "ready";
      this.#level = 0;
      return reply(card.atqa);
    }
    const parts = cascade(card.uid);
    const part = parts[this.#level];
    if (part !== undefined && data[0] === SELECT[this.#level]) {
      const known = concatBytes(part, Uint8Array.of(part.reduce((sum, byte) => sum ^ byte, 0)));
      if (data[1] === 0x20 && data.length === 2 && frame.transmitCrc === false) return reply(known);
      const isWhole = data[1] === 0x70 && data.length === 7 && frame.transmitCrc !== false;
      if (isWhole && known.every((byte, index) => byte === data[index + 2])) {
        this.#level++;
        if (this.#level < parts.length) return reply(Uint8Array.of(SAK_CASCADE), frame, "nfc-a");
        this.#stage = "selected";
        return reply(Uint8Array.of(this.#sak()), frame, "nfc-a");
      }
    }
    this.#stage = "idle";
    return TIMEOUT;
  }

  /** A card of several protocols shows all of them in one SAK. */
  #sak(): number {
    return this.#air.targets.reduce((sak, target) => (target.technology === "nfc-a" ? sak | target.sak : sak), 0);
  }
}

function isRequest({ data, lastBits }: RfFrame): boolean {
  return lastBits === 7 && data.length === 1 && (data[0] === 0x26 || data[0] === 0x52);
}

/** The UID as the cascade levels have it. */
function cascade(uid: Uint8Array): readonly Uint8Array[] {
  if (uid.length <= 4) return [uid];
  return [Uint8Array.of(CASCADE_TAG, ...uid.subarray(0, 3)), ...cascade(uid.subarray(3))];
}

/** @param frame of an answer that has a CRC: it is there where the chip does not take it off. */
function reply(data: Uint8Array, frame?: RfFrame, technology: "nfc-a" | "nfc-b" = "nfc-a"): RfReply {
  const isRaw = frame?.receiveCrc === false;
  const bytes = isRaw ? concatBytes(data, Uint8Array.from(crcOnAir(data, technology))) : data.slice();
  return { kind: "frame", data: bytes, lastBits: 8 };
}
