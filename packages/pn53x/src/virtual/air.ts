import {
  crcOnAir,
  equalBytes,
  type NfcATarget,
  type NfcBTarget,
  type RfFrame,
  type RfFrontEnd,
  type RfLink,
  type RfReply,
  type RfTarget,
} from "@cardwire/core";
import { FRAMING } from "../chip/registers.ts";

/** What a virtual chip has in front of its antenna: a virtual field, or any other front end. */
export type VirtualAir = Pick<RfFrontEnd, "discover" | "exchange" | "deactivate" | "close">;

/** Why a search that found nothing ends. */
const NOBODY = "nobody is there";

const TIMEOUT: RfReply = { kind: "failure", reason: "timeout" };

/** First bytes of frames before ISO-DEP. */
const RATS = 0xe0;
const ATTRIB = 0x1d;
const WUPB = 0x05;

/** S(DESELECT) without and with CID (ISO/IEC 14443-4 section 7.1). */
function isDeselect(data: Uint8Array): boolean {
  return (data.length === 1 && data[0] === 0xc2) || (data.length === 2 && data[0] === 0xca);
}

/** The bits on the air that a technology has. */
export function framingOf({ technology }: RfTarget): number | undefined {
  switch (technology) {
    case "nfc-a":
    case "nfc-a-type1":
      return FRAMING.A;
    case "nfc-b":
    case "nfc-b-memory":
      return FRAMING.B;
    case "nfc-f":
      return FRAMING.F;
    case "nfc-v":
      return undefined;
  }
}

/**
 * Makes of a front end, which selects and activates cards in one go, an air in which they can be met step by step: what
 * has been done already is answered from memory when a host asks for it.
 */
export class StepwiseAir {
  readonly #air: VirtualAir;
  /** The protocols of the card that the front end has selected. */
  #targets: readonly RfTarget[] = [];
  #active: RfTarget | undefined;
  /** What stands on the other side is activated, and the host has not done so yet. */
  #isAhead = false;
  #isDeselected = false;
  isOn = false;

  constructor(air: VirtualAir) {
    this.#air = air;
  }

  get targets(): readonly RfTarget[] {
    return this.#targets;
  }

  /** Whatever is there now, selected anew. */
  async find(): Promise<readonly RfTarget[]> {
    const abort = new AbortController();
    const discovery = this.#air.discover(abort.signal);
    // a card that is there has been found by now; one that is not is not waited for
    abort.abort(NOBODY);
    this.isOn = true;
    try {
      this.#adopt(await discovery);
    } catch (error) {
      if (error !== abort.signal.reason) throw error;
      this.#adopt([]);
    }
    return this.#targets;
  }

  /** The first card that comes. @throws the signal's reason. */
  async wait(signal: AbortSignal): Promise<readonly RfTarget[]> {
    this.isOn = true;
    this.#adopt(await this.#air.discover(signal));
    return this.#targets;
  }

  #adopt(targets: readonly RfTarget[]): void {
    this.#targets = targets;
    this.#active = targets[0];
    this.#isAhead = this.#active !== undefined && isActivated(this.#active);
    this.#isDeselected = false;
  }

  /** Takes the power from all cards for a moment: the one that was found is awake and not selected. */
  async wake(): Promise<void> {
    await this.#air.exchange({ kind: "field", on: false });
    await this.#air.exchange({ kind: "field", on: true });
  }

  async switchField(on: boolean): Promise<void> {
    if (on === this.isOn) return;
    this.isOn = on;
    this.#isDeselected = true;
    await this.#air.exchange({ kind: "field", on });
  }

  /** The activation that the front end has done, for a host that has not asked for it. */
  activation(): NfcATarget | NfcBTarget | undefined {
    const active = this.#active;
    if (active === undefined || !isActivated(active)) return undefined;
    this.#isAhead = false;
    return active;
  }

  /** A frame of a certain framing: nobody of another one hears it. */
  async frame(frame: RfFrame, framing: number): Promise<RfReply> {
    const active = this.#active;
    if (!this.isOn || active === undefined || framingOf(active) !== framing) return TIMEOUT;
    if (active.technology === "nfc-b" && frame.data[0] === WUPB) return this.#wakeB(active);
    if (this.#isAhead) {
      const answer = await this.#catchUp(frame, active);
      if (answer !== undefined) return answer;
    }
    const reply = await this.#air.exchange(frame);
    if (active.technology !== "nfc-b" || !isDeselect(frame.data)) return reply;
    // a card that was activated with another CID than the chip would have given it
    this.#isDeselected = true;
    return reply.kind === "frame" ? reply : { kind: "frame", data: frame.data.slice(), lastBits: 8 };
  }

  async authenticate(request: Parameters<VirtualAir["exchange"]>[0]): Promise<RfReply> {
    if (!this.isOn || this.#active === undefined) return TIMEOUT;
    if (this.#isAhead) await this.#selectOther();
    return this.#air.exchange(request);
  }

  /** RATS and ATTRIB have been sent; any other frame means another protocol of the card. */
  async #catchUp(frame: RfFrame, active: RfTarget): Promise<RfReply | undefined> {
    if (active.technology === "nfc-a" && active.ats !== undefined && frame.data[0] === RATS) {
      this.#isAhead = false;
      return { kind: "frame", data: withCrcIfRaw(frame, active.ats), lastBits: 8 };
    }
    if (active.technology === "nfc-b" && active.attrib !== undefined && frame.data[0] === ATTRIB) {
      if (!equalBytes(frame.data.subarray(1, 5), active.pupi)) return TIMEOUT;
      this.#isAhead = false;
      return { kind: "frame", data: active.attrib.slice(), lastBits: 8 };
    }
    if (active.technology === "nfc-a") await this.#selectOther();
    return undefined;
  }

  async #selectOther(): Promise<void> {
    this.#isAhead = false;
    const other = this.#targets.find((target) => !isActivated(target));
    if (other === undefined) return;
    await this.#air.exchange({ kind: "reselect", target: other });
    this.#active = other;
  }

  async #wakeB(active: NfcBTarget): Promise<RfReply> {
    // a card in the middle of ISO-DEP does not hear it
    if (!this.#isDeselected && !this.#isAhead) return TIMEOUT;
    const reply = await this.#air.exchange({ kind: "reselect" });
    if (reply.kind === "failure") return TIMEOUT;
    this.#isDeselected = false;
    this.#isAhead = active.attrib !== undefined;
    return { kind: "frame", data: atqbOf(active), lastBits: 8 };
  }
}

/** The air for a dialogue that needs no more than frames. */
export function framesOnly(air: StepwiseAir, framing: number): RfLink {
  return {
    exchange: (request) =>
      request.kind === "frame" ? air.frame(request, framing) : { kind: "failure", reason: "unsupported" },
  };
}

export function isActivated(target: RfTarget): target is NfcATarget | NfcBTarget {
  return target.technology === "nfc-a"
    ? target.ats !== undefined
    : target.technology === "nfc-b" && target.attrib !== undefined;
}

/** An answer from memory, with its CRC where the host checks it itself. */
function withCrcIfRaw(frame: RfFrame, data: Uint8Array): Uint8Array {
  return frame.receiveCrc === false ? Uint8Array.of(...data, ...crcOnAir(data, "nfc-a")) : data.slice();
}

/** ATQB (ISO/IEC 14443-3 section 7.9). */
export function atqbOf({ pupi, applicationData, protocolInfo }: NfcBTarget): Uint8Array {
  return Uint8Array.of(0x50, ...pupi, ...applicationData, ...protocolInfo);
}
