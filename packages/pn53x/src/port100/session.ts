import { type Clock, delay, type RfFailure } from "@cardwire/core";
import { FIELD_ON_MS, HOST_SLACK_MS } from "../front-end/session.ts";
import { failure } from "../front-end/replies.ts";
import { Pn53xError } from "../pn53x-error.ts";
import type { Port100 } from "./chip.ts";
import { Port100Commands } from "./commands.ts";
import {
  PORT100_PROTOCOL,
  PORT100_RF,
  type Port100Protocol,
  type Port100ProtocolKey,
  type Port100Rf,
} from "./settings.ts";
import { describePort100CommStatus, port100FailureOf, requireSuccess } from "./status.ts";

const { InCommRF, InSetProtocol, InSetRF, SwitchRF } = Port100Commands;

const UNIT_US = 100;
/** Other programs give the chip a millisecond more than the card. */
const CHIP_SLACK_US = 1000;
const LONGEST_TIMEOUT = 0xffff;

const KEYS = Object.keys(PORT100_PROTOCOL) as readonly Port100ProtocolKey[];

/** The chip as a front end uses it: it is told what differs from what it was told before. */
export class Port100Session {
  readonly chip: Port100;
  readonly clock: Clock;
  readonly #fieldOffMs: number;
  #rf: Port100Rf | undefined;
  #protocol: Port100Protocol | undefined;
  fieldIsOn = false;

  constructor(chip: Port100, clock: Clock, fieldOffMs: number) {
    this.chip = chip;
    this.clock = clock;
    this.#fieldOffMs = fieldOffMs;
  }

  /** The modulation that was set last. */
  get rf(): Port100Rf | undefined {
    return this.#rf;
  }

  /** The chip may have lost what it was told. */
  forget(): void {
    this.#rf = this.#protocol = undefined;
  }

  async switchField(on: boolean): Promise<void> {
    const { status } = await this.chip.run(SwitchRF, { on });
    requireSuccess(SwitchRF.name, status);
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

  /** Sends a frame, formed as told. */
  async communicate(
    rf: Port100Rf,
    protocol: Port100Protocol,
    data: Uint8Array,
    timeoutUs: number,
  ): Promise<Uint8Array | RfFailure> {
    await this.#setRf(rf);
    await this.#setProtocol(protocol);
    const timeout = Math.min(Math.ceil((timeoutUs + CHIP_SLACK_US) / UNIT_US), LONGEST_TIMEOUT);
    const timeoutMs = (timeout * UNIT_US) / 1000 + HOST_SLACK_MS;
    const answer = await this.chip.run(InCommRF, { timeout, data }, { timeoutMs });
    if (answer.status === 0) return answer.data;
    const reason = port100FailureOf(answer.status);
    if (reason !== undefined) return failure(reason);
    throw new Pn53xError("CHIP_STATUS", describePort100CommStatus(answer.status), { command: InCommRF.name });
  }

  async #setRf(rf: Port100Rf): Promise<void> {
    if (rf === this.#rf) return;
    // another modulation may bring other values with it
    this.forget();
    const { status } = await this.chip.run(InSetRF, PORT100_RF[rf]);
    requireSuccess(InSetRF.name, status);
    this.#rf = rf;
  }

  async #setProtocol(protocol: Port100Protocol): Promise<void> {
    const before = this.#protocol;
    const keys = before === undefined ? KEYS : KEYS.filter((key) => before[key] !== protocol[key]);
    if (keys.length === 0) return;
    this.#protocol = undefined;
    const settings = keys.map((key) => [PORT100_PROTOCOL[key], protocol[key]] as const);
    const { status } = await this.chip.run(InSetProtocol, { settings });
    requireSuccess(InSetProtocol.name, status);
    this.#protocol = protocol;
  }
}
