import { parseAtr, parsePps, t1Parameters } from "@cardwire/atr";
import { isFormatError } from "@cardwire/core";
import { type ChipAnswer, type ProtocolChip } from "./contact-chip.ts";
import { type EmulatedCard } from "./emulated-card.ts";
import { T0Chip, type T0ChipOptions } from "./t0-chip.ts";
import { T1Chip, type T1Mishap } from "./t1-chip.ts";

/** How a card behaves below its APDUs. */
export interface ContactBehaviour extends T0ChipOptions {
  /** What happens to the first T=1 blocks after a reset, one after the other; undefined is nothing. */
  readonly t1Mishaps?: readonly (T1Mishap | undefined)[];
  /**
   * What becomes of a PPS: echoed ("accept", the default), echoed without PPS1 ("refuse-rate"), echoed with another
   * protocol ("refuse"), not answered ("mute").
   */
  readonly pps?: "accept" | "refuse-rate" | "refuse" | "mute";
}

const PPSS = 0xff;
const NOTHING = new Uint8Array(0);

/** A card with contacts: an {@link EmulatedCard} behind PPS and the protocol that was chosen, from one reset to the next. */
export class ContactCard {
  readonly #behaviour: ContactBehaviour;
  readonly #t1: T1Chip;
  readonly #t0: T0Chip;
  #chip: ProtocolChip;
  #negotiable: boolean;
  #line: Uint8Array = NOTHING;

  constructor(card: EmulatedCard, behaviour: ContactBehaviour) {
    this.#behaviour = behaviour;
    const transmit = (command: Uint8Array): Uint8Array | Promise<Uint8Array> => card.transmit(command);
    // an ATR that cannot be read is offered for tests of just that
    const atr = parseAtr(card.atr);
    const specific = (atr.interfaceBytes[1]?.ta ?? -1) & 0x0f;
    const isSpecific = atr.interfaceBytes[1]?.ta !== undefined;
    this.#t1 = new T1Chip(transmit, { edc: t1Parameters(atr).edc, mishaps: behaviour.t1Mishaps ?? [] });
    this.#t0 = new T0Chip(transmit, behaviour);
    this.#negotiable = !isSpecific;
    this.#chip = (isSpecific ? specific : (atr.protocols[0] ?? 0)) === 1 ? this.#t1 : this.#t0;
  }

  /** The reader has seen to the protocol: by a PPS of its own, or because it is told to. */
  select(protocol: number): void {
    this.#negotiable = false;
    this.#chip = protocol === 1 ? this.#t1 : this.#t0;
  }

  exchange(tpdu: Uint8Array): ChipAnswer {
    if (!this.#negotiable || tpdu[0] !== PPSS) {
      this.#negotiable = false;
      return this.#chip.exchange(tpdu);
    }
    const answer = this.#pps(tpdu);
    this.#negotiable = false;
    return answer;
  }

  feed(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (!this.#negotiable || (this.#line.length === 0 && bytes[0] !== PPSS)) {
      this.#negotiable = false;
      return this.#chip.feed(bytes);
    }
    this.#line = Uint8Array.of(...this.#line, ...bytes);
    const pps0 = this.#line[1] ?? 0x70;
    const length = 3 + ((pps0 >> 4) & 1) + ((pps0 >> 5) & 1) + ((pps0 >> 6) & 1);
    if (this.#line.length < length) return NOTHING;
    this.#negotiable = false;
    return this.#pps(this.#line) ?? NOTHING;
  }

  #pps(request: Uint8Array): Uint8Array | undefined {
    let protocol: number;
    try {
      protocol = parsePps(request).protocol;
    } catch (error) {
      if (isFormatError(error)) return undefined;
      throw error;
    }
    switch (this.#behaviour.pps ?? "accept") {
      case "mute":
        return undefined;
      case "refuse":
        return Uint8Array.of(PPSS, protocol ^ 1, PPSS ^ protocol ^ 1);
      case "refuse-rate":
        this.select(protocol);
        return Uint8Array.of(PPSS, protocol, PPSS ^ protocol);
      case "accept":
        this.select(protocol);
        return request.slice();
    }
  }
}
