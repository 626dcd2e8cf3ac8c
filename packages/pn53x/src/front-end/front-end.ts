import {
  type Clock,
  delay,
  type RfFrame,
  type RfFrameReply,
  type RfFrontEnd,
  type RfMifareAuthenticate,
  type RfReply,
  type RfRequest,
  type RfReselect,
  type RfTarget,
  systemClock,
} from "@cardwire/core";
import type { Pn53x } from "../chip/pn53x.ts";
import { SetParameters } from "../command/general.ts";
import { RF_ITEM, RFConfiguration, rfMaxRetries } from "../command/rf-configuration.ts";
import { Framing } from "./framing.ts";
import { DONE, failure } from "./replies.ts";
import { find, type Pn53xTechnology, reselect, type RfTargets, type SelectContext } from "./select.ts";
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

const TECHNOLOGIES: readonly Pn53xTechnology[] = [
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
  return new Pn53xFrontEnd(chip, options);
}

class Pn53xFrontEnd implements RfFrontEnd {
  readonly name: string;
  readonly maxTransmitBytes: number;
  readonly maxReceiveBytes: number;
  readonly #session: ChipSession;
  readonly #framing: Framing;
  readonly #type1: Type1Air;
  readonly #context: SelectContext;
  readonly #technologies: readonly Pn53xTechnology[];
  readonly #pollIntervalMs: number;
  #targets: RfTargets | undefined;
  #target: RfTarget | undefined;
  /** What came to a frame that expected nothing: a receive request that follows hears it. */
  #unheard: RfFrameReply | undefined;
  #closing: Promise<void> | undefined;

  constructor(chip: Pn53x, options: Pn53xFrontEndOptions) {
    const { technologies = TECHNOLOGIES, pollIntervalMs = 100, resetMs = 10, clock = systemClock } = options;
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
    this.#technologies = technologies;
    this.#pollIntervalMs = pollIntervalMs;
  }

  async discover(signal: AbortSignal): Promise<RfTargets> {
    signal.throwIfAborted();
    await this.#prepare();
    for (;;) {
      signal.throwIfAborted();
      await this.#session.switchField(true);
      for (const technology of this.#technologies) {
        signal.throwIfAborted();
        const targets = await find(this.#context, technology);
        if (targets === undefined) continue;
        this.#select(targets);
        return targets;
      }
      // cards that were put to sleep on the way wake with the next round
      await this.#session.switchField(false);
      await delay(this.#session.clock, this.#pollIntervalMs, signal);
    }
  }

  #select(targets: RfTargets): void {
    this.#targets = targets;
    this.#target = targets[0];
    this.#unheard = undefined;
  }

  /** Nothing is activated or tried again by the chip itself. Each time: it may have lost its power in between. */
  async #prepare(): Promise<void> {
    const { chip } = this.#session;
    this.#session.forget();
    this.#framing.forget();
    await chip.run(SetParameters, { flags: 0 });
    await chip.run(RFConfiguration, { item: RF_ITEM.MAX_RETRIES_COMMUNICATION, data: Uint8Array.of(0) });
    await chip.run(RFConfiguration, rfMaxRetries(0, 0, 1));
  }

  exchange(request: RfRequest): RfReply | Promise<RfReply> {
    if (request.kind === "apdu") return failure("unsupported");
    if (request.kind === "field") return this.#switchField(request.on, request.delayUs ?? 0);
    if (!this.#session.fieldIsOn || this.#target === undefined)
      return failure(request.kind === "mifare-authenticate" ? "authentication" : "link-lost");
    switch (request.kind) {
      case "frame":
        return this.#frame(request, this.#target);
      case "receive":
        return this.#receive();
      case "mifare-authenticate":
        return this.#authenticate(request);
      case "reselect":
        return this.#reselect(request);
    }
  }

  async #frame(frame: RfFrame, target: RfTarget): Promise<RfReply> {
    this.#unheard = undefined;
    if (frame.data.length > this.maxTransmitBytes) return failure("unsupported");
    const reply = await this.#exchangeFrame(frame, target);
    if (frame.expect !== "nothing") return reply;
    if (reply.kind === "frame") this.#unheard = reply;
    return DONE;
  }

  #exchangeFrame(frame: RfFrame, target: RfTarget): RfReply | Promise<RfReply> {
    switch (target.technology) {
      case "nfc-a-type1":
        return this.#type1.exchange(frame, target);
      case "nfc-v":
        return failure("unsupported");
      default:
        return this.#framing.exchange(frame, target.technology);
    }
  }

  /** The chip cannot only listen: what there is to hear came right behind the last frame. */
  #receive(): RfReply {
    const heard = this.#unheard;
    this.#unheard = undefined;
    return heard ?? failure("timeout");
  }

  async #authenticate({ block, keyType, key, uid }: RfMifareAuthenticate): Promise<RfReply> {
    await this.#framing.restore();
    const data = Uint8Array.of(AUTHENTICATE[keyType], block, ...key, ...uid);
    const answer = await this.#session.exchange(data, AUTHENTICATION_US);
    return answer instanceof Uint8Array ? DONE : failure("authentication");
  }

  async #reselect({ target = this.#targets?.[0] }: RfReselect): Promise<RfReply> {
    this.#unheard = undefined;
    if (target === undefined || !(await reselect(this.#context, target))) return failure("link-lost");
    this.#target = target;
    return DONE;
  }

  async #switchField(on: boolean, delayUs: number): Promise<RfReply> {
    if (delayUs > 0) await delay(this.#session.clock, delayUs / 1000);
    if (on !== this.#session.fieldIsOn) {
      this.#unheard = undefined;
      await this.#session.switchField(on);
    }
    return DONE;
  }

  async deactivate(): Promise<void> {
    this.#targets = this.#target = this.#unheard = undefined;
    this.#framing.forget();
    if (this.#session.fieldIsOn) await this.#session.switchField(false);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.deactivate();
    } catch {
      // a chip that is gone has no field any more
    }
    await this.#session.chip.close();
  }
}
