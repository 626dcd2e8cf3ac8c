import { type Clock, delay, type RfFailure } from "@cardwire/core";
import type { Pn53x } from "../chip/pn53x.ts";
import { InCommunicateThru, InDataExchange } from "../command/exchange.ts";
import { InListPassiveTarget, type ListedTarget, type ListPassiveTargetRequest } from "../command/passive-target.ts";
import { RFConfiguration, rfField, rfTimings, timeoutCode, timeoutUsOf } from "../command/rf-configuration.ts";
import { isPn53xError, statusError } from "../pn53x-error.ts";
import { Pn53xStatus, rfFailureOf } from "../status.ts";
import { failure } from "./replies.ts";

/** How long the host waits for the chip beyond the time that the air may take. */
export const HOST_SLACK_MS = 1000;

/** D4 and the command's code. */
export const COMMAND_HEAD_BYTES = 2;

/** ATR_RES may take 102.4 ms: the chip's own value, and of no use here. */
const ATR_TIMEOUT_CODE = 0x0b;

/** How long a cold card is given before it is spoken to; 5 ms are needed by FeliCa (JIS X 6319-4). */
export const FIELD_ON_MS = 5;

/** The chip as a front end uses it: the commands of the air, with what they have in common. */
export class ChipSession {
  readonly chip: Pn53x;
  readonly clock: Clock;
  readonly #fieldOffMs: number;
  #timeoutCode: number | undefined;
  fieldIsOn = false;

  constructor(chip: Pn53x, clock: Clock, fieldOffMs: number) {
    this.chip = chip;
    this.clock = clock;
    this.#fieldOffMs = fieldOffMs;
  }

  /** The chip may have lost what it was told. */
  forget(): void {
    this.#timeoutCode = undefined;
    this.fieldIsOn = false;
  }

  /** Switches the field, whatever it was. A field that comes on is given time to power the cards. */
  async switchField(on: boolean): Promise<void> {
    await this.chip.run(RFConfiguration, rfField(on));
    const comesOn = on && !this.fieldIsOn;
    this.fieldIsOn = on;
    if (comesOn) await delay(this.clock, FIELD_ON_MS);
  }

  /** Takes the power from every card, and gives it back. */
  async resetField(): Promise<void> {
    await this.switchField(false);
    await delay(this.clock, this.#fieldOffMs);
    await this.switchField(true);
  }

  /** The first target of a modulation, or nothing. */
  async list(request: Omit<ListPassiveTargetRequest, "maxTargets">): Promise<ListedTarget | undefined> {
    try {
      const { targets } = await this.chip.run(InListPassiveTarget, { ...request, maxTargets: 1 });
      return targets[0];
    } catch (error) {
      // some firmware answers a search without a find as it answers a mute chip
      if (isPn53xError(error, "CHIP_SILENT")) return undefined;
      throw error;
    }
  }

  /** A frame as the registers stand. */
  thru(data: Uint8Array, timeoutUs: number): Promise<Uint8Array | RfFailure> {
    // with its parity bits a frame may be longer than without
    if (data.length + COMMAND_HEAD_BYTES > this.chip.pipe.maxCommandBytes)
      return Promise.resolve(failure("unsupported"));
    return this.#onAir(timeoutUs, async (timeoutMs) => this.chip.run(InCommunicateThru, { data }, { timeoutMs }));
  }

  /** Data for the target, in the protocol that the chip knows. */
  exchange(data: Uint8Array, timeoutUs: number): Promise<Uint8Array | RfFailure> {
    return this.#onAir(timeoutUs, async (timeoutMs) =>
      this.chip.run(InDataExchange, { target: 1, data }, { timeoutMs }),
    );
  }

  async #onAir(
    timeoutUs: number,
    run: (timeoutMs: number) => Promise<{ readonly status: number; readonly data: Uint8Array }>,
  ): Promise<Uint8Array | RfFailure> {
    const code = timeoutCode(timeoutUs);
    if (code !== this.#timeoutCode) {
      await this.chip.run(RFConfiguration, rfTimings(ATR_TIMEOUT_CODE, code));
      this.#timeoutCode = code;
    }
    try {
      const { status, data } = await run(timeoutUsOf(code) / 1000 + HOST_SLACK_MS);
      if (status === Pn53xStatus.OK) return data;
      const reason = rfFailureOf(status);
      if (reason === undefined) throw statusError("RF exchange", status);
      return failure(reason);
    } catch (error) {
      if (isPn53xError(error, "CHIP_SILENT")) return failure("timeout");
      throw error;
    }
  }
}
