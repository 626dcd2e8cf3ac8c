import {
  type Clock,
  type RfFailure,
  type RfFrame,
  type RfFrameReply,
  type RfFrontEnd,
  type RfTarget,
  systemClock,
} from "@cardwire/core";
import type { RfTargets } from "../activation/targets.ts";
import { ChipFrontEnd, type FrontEndDriver } from "../front-end/chip-front-end.ts";
import { type Pn53xFrontEndOptions, TECHNOLOGIES } from "../front-end/front-end.ts";
import { failure } from "../front-end/replies.ts";
import type { Pn53xTechnology } from "../front-end/select.ts";
import type { Port100 } from "./chip.ts";
import { Port100Framing } from "./framing.ts";
import { find, reselect } from "./select.ts";
import { Port100Session } from "./session.ts";

/** What other programs let this chip send and receive; frames of ISO-DEP have 256 bytes at most. */
const MAX_AIR_BYTES = 290;

/**
 * A Port-100 as an RF front end. Cards are found and selected by frames, since the chip does nothing of it by itself. MIFARE
 * Classic authentication is answered "unsupported": the chip has no command for it.
 *
 * It closes the chip when it is closed.
 */
export function createPort100FrontEnd(chip: Port100, options: Pn53xFrontEndOptions = {}): RfFrontEnd {
  const { technologies = TECHNOLOGIES, pollIntervalMs = 100, resetMs = 10, clock = systemClock } = options;
  return new ChipFrontEnd(new Port100Driver(chip, clock, resetMs), { technologies, pollIntervalMs, clock });
}

class Port100Driver implements FrontEndDriver<Pn53xTechnology> {
  readonly name: string;
  readonly maxTransmitBytes = MAX_AIR_BYTES;
  readonly maxReceiveBytes = MAX_AIR_BYTES;
  readonly #session: Port100Session;
  readonly #framing: Port100Framing;

  constructor(chip: Port100, clock: Clock, resetMs: number) {
    this.name = chip.name;
    this.#session = new Port100Session(chip, clock, resetMs);
    this.#framing = new Port100Framing(this.#session);
  }

  get fieldIsOn(): boolean {
    return this.#session.fieldIsOn;
  }

  prepare(): Promise<void> {
    this.#session.fieldIsOn = false;
    this.forget();
    return Promise.resolve();
  }

  switchField(on: boolean): Promise<void> {
    return this.#session.switchField(on);
  }

  find(technology: Pn53xTechnology): Promise<RfTargets | undefined> {
    return find({ session: this.#session, framing: this.#framing }, technology);
  }

  reselect(target: RfTarget): Promise<boolean> {
    return reselect({ session: this.#session, framing: this.#framing }, target);
  }

  exchange(frame: RfFrame, { technology }: RfTarget): RfFailure | Promise<RfFrameReply | RfFailure> {
    return technology === "nfc-v" ? failure("unsupported") : this.#framing.exchange(frame, technology);
  }

  authenticate(): RfFailure {
    return failure("unsupported");
  }

  forget(): void {
    this.#session.forget();
  }

  close(): Promise<void> {
    return this.#session.chip.close();
  }
}
