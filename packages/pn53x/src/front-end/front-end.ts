import {
  type Clock,
  type RfFailure,
  type RfFrame,
  type RfFrameReply,
  type RfFrontEnd,
  type RfMifareAuthenticate,
  type RfReply,
  type RfTarget,
  systemClock,
} from "@cardwire/core";
import type { RfTargets } from "../activation/targets.ts";
import type { Pn53x } from "../chip/pn53x.ts";
import { SetParameters } from "../command/general.ts";
import { RF_ITEM, RFConfiguration, rfMaxRetries } from "../command/rf-configuration.ts";
import { ChipFrontEnd, type FrontEndDriver } from "./chip-front-end.ts";
import { Framing } from "./framing.ts";
import { DONE, failure } from "./replies.ts";
import { find, type Pn53xTechnology, reselect, type SelectContext } from "./select.ts";
import { ChipSession, COMMAND_HEAD_BYTES } from "./session.ts";
import { Type1Air } from "./type1.ts";

/** How a front end looks for cards. */
export interface Pn53xFrontEndOptions {
  /** What is looked for, in this order; everything that a PN532 can unless given. */
  readonly technologies?: readonly Pn53xTechnology[];
  /** Between two rounds that found nothing: 100 ms unless given. The field is off so long. */
  readonly pollIntervalMs?: number;
  /** How long the field goes off so that a card forgets everything: 10 ms unless given. */
  readonly resetMs?: number;
  readonly clock?: Clock;
}

/** Everything that these chips can look for. */
export const TECHNOLOGIES: readonly Pn53xTechnology[] = [
  "nfc-a",
  "nfc-f-212",
  "nfc-f-424",
  "nfc-b",
  "nfc-b-memory",
  "nfc-a-type1",
];

/** D5 43 and the status before an answer, a CRC behind it. */
const RECEIVED_HEAD_BYTES = 5;

/** MIFARE authentication, key A or B. */
const AUTHENTICATE = { a: 0x60, b: 0x61 } as const;
const AUTHENTICATION_US = 100_000;

/** FSDI and the longest frame with CRC that it lets a card send (ISO/IEC 14443-4 table 1). */
function fsdiWithin(bytes: number): number {
  return bytes >= 256 ? 8 : bytes >= 128 ? 7 : bytes >= 96 ? 6 : bytes >= 64 ? 5 : 0;
}

/**
 * A PN53x as an RF front end. Frames go through InCommunicateThru as the dialogue forms them, ISO-DEP included, which the
 * chip is told to leave alone; MIFARE authentication and the short commands of Type 1 tags go through InDataExchange.
 *
 * It closes the chip when it is closed.
 */
export function createPn53xFrontEnd(chip: Pn53x, options: Pn53xFrontEndOptions = {}): RfFrontEnd {
  const { technologies = TECHNOLOGIES, pollIntervalMs = 100, resetMs = 10, clock = systemClock } = options;
  return new ChipFrontEnd(new Pn53xDriver(chip, clock, resetMs), { technologies, pollIntervalMs, clock });
}

class Pn53xDriver implements FrontEndDriver<Pn53xTechnology> {
  readonly name: string;
  readonly maxTransmitBytes: number;
  readonly maxReceiveBytes: number;
  readonly #session: ChipSession;
  readonly #framing: Framing;
  readonly #type1: Type1Air;
  readonly #context: SelectContext;

  constructor(chip: Pn53x, clock: Clock, resetMs: number) {
    this.name = chip.name;
    this.maxTransmitBytes = chip.pipe.maxCommandBytes - COMMAND_HEAD_BYTES;
    this.maxReceiveBytes = chip.pipe.maxAnswerBytes - RECEIVED_HEAD_BYTES;
    this.#session = new ChipSession(chip, clock, resetMs);
    this.#framing = new Framing(this.#session);
    this.#type1 = new Type1Air(this.#session, () => this.#framing.restore());
    this.#context = {
      session: this.#session,
      framing: this.#framing,
      type1: this.#type1,
      fsdi: fsdiWithin(this.maxReceiveBytes + 2),
    };
  }

  get fieldIsOn(): boolean {
    return this.#session.fieldIsOn;
  }

  /** Nothing is activated or tried again by the chip itself. */
  async prepare(): Promise<void> {
    const { chip } = this.#session;
    this.#session.forget();
    this.#framing.forget();
    await chip.run(SetParameters, { flags: 0 });
    await chip.run(RFConfiguration, { item: RF_ITEM.MAX_RETRIES_COMMUNICATION, data: Uint8Array.of(0) });
    await chip.run(RFConfiguration, rfMaxRetries(0, 0, 1));
  }

  switchField(on: boolean): Promise<void> {
    return this.#session.switchField(on);
  }

  find(technology: Pn53xTechnology): Promise<RfTargets | undefined> {
    return find(this.#context, technology);
  }

  reselect(target: RfTarget): Promise<boolean> {
    return reselect(this.#context, target);
  }

  exchange(frame: RfFrame, target: RfTarget): RfFailure | Promise<RfFrameReply | RfFailure> {
    switch (target.technology) {
      case "nfc-a-type1":
        return this.#type1.exchange(frame, target);
      case "nfc-v":
        return failure("unsupported");
      default:
        return this.#framing.exchange(frame, target.technology);
    }
  }

  async authenticate({ block, keyType, key, uid }: RfMifareAuthenticate): Promise<RfReply> {
    await this.#framing.restore();
    const data = Uint8Array.of(AUTHENTICATE[keyType], block, ...key, ...uid);
    const answer = await this.#session.exchange(data, AUTHENTICATION_US);
    return answer instanceof Uint8Array ? DONE : failure("authentication");
  }

  forget(): void {
    this.#framing.forget();
  }

  close(): Promise<void> {
    return this.#session.chip.close();
  }
}
