import {
  type Clock,
  delay,
  type RfFailure,
  type RfFrame,
  type RfFrameReply,
  type RfFrontEnd,
  type RfMifareAuthenticate,
  type RfReply,
  type RfRequest,
  type RfReselect,
  type RfTarget,
} from "@cardwire/core";
import type { RfTargets } from "../activation/targets.ts";
import { DONE, failure } from "./replies.ts";

/** What a kind of chip does for a front end: {@link ChipFrontEnd} does the rest. */
export interface FrontEndDriver<Technology> {
  readonly name: string;
  readonly maxTransmitBytes: number;
  readonly maxReceiveBytes: number;
  readonly fieldIsOn: boolean;
  /** Before each search: the chip may have lost its power. */
  prepare(): Promise<void>;
  /** Switches the field, whatever it was, and gives cards the time to wake. */
  switchField(on: boolean): Promise<void>;
  /** Looks for a card of a technology, in a field that is on, and selects it. */
  find(technology: Technology): Promise<RfTargets | undefined>;
  /** Resets the card and selects it again. False when it does not answer, or another one does. */
  reselect(target: RfTarget): Promise<boolean>;
  exchange(frame: RfFrame, target: RfTarget): RfFrameReply | RfFailure | Promise<RfFrameReply | RfFailure>;
  authenticate(request: RfMifareAuthenticate): RfReply | Promise<RfReply>;
  /** The target is let go: nothing that was set for it holds. */
  forget(): void;
  close(): Promise<void>;
}

/** How and when a front end looks for cards. */
export interface SearchPlan<Technology> {
  readonly technologies: readonly Technology[];
  /** Between two rounds that found nothing, with the field off. */
  readonly pollIntervalMs: number;
  readonly clock: Clock;
}

/** An RF front end over a chip: rounds of searches, and what is kept between the requests of a dialogue. */
export class ChipFrontEnd<Technology> implements RfFrontEnd {
  readonly name: string;
  readonly maxTransmitBytes: number;
  readonly maxReceiveBytes: number;
  readonly #driver: FrontEndDriver<Technology>;
  readonly #plan: SearchPlan<Technology>;
  #targets: RfTargets | undefined;
  #target: RfTarget | undefined;
  /** What came to a frame that expected nothing: a receive request that follows hears it. */
  #unheard: RfFrameReply | undefined;
  #closing: Promise<void> | undefined;

  constructor(driver: FrontEndDriver<Technology>, plan: SearchPlan<Technology>) {
    this.name = driver.name;
    this.maxTransmitBytes = driver.maxTransmitBytes;
    this.maxReceiveBytes = driver.maxReceiveBytes;
    this.#driver = driver;
    this.#plan = plan;
  }

  async discover(signal: AbortSignal): Promise<RfTargets> {
    signal.throwIfAborted();
    await this.#driver.prepare();
    for (;;) {
      signal.throwIfAborted();
      await this.#driver.switchField(true);
      for (const technology of this.#plan.technologies) {
        signal.throwIfAborted();
        const targets = await this.#driver.find(technology);
        if (targets === undefined) continue;
        this.#select(targets);
        return targets;
      }
      // cards that were put to sleep on the way wake with the next round
      await this.#driver.switchField(false);
      await delay(this.#plan.clock, this.#plan.pollIntervalMs, signal);
    }
  }

  #select(targets: RfTargets): void {
    this.#targets = targets;
    this.#target = targets[0];
    this.#unheard = undefined;
  }

  exchange(request: RfRequest): RfReply | Promise<RfReply> {
    if (request.kind === "apdu") return failure("unsupported");
    if (request.kind === "field") return this.#switchField(request.on, request.delayUs ?? 0);
    if (!this.#driver.fieldIsOn || this.#target === undefined)
      return failure(request.kind === "mifare-authenticate" ? "authentication" : "link-lost");
    switch (request.kind) {
      case "frame":
        return this.#frame(request, this.#target);
      case "receive":
        return this.#receive();
      case "mifare-authenticate":
        return this.#driver.authenticate(request);
      case "reselect":
        return this.#reselect(request);
    }
  }

  async #frame(frame: RfFrame, target: RfTarget): Promise<RfReply> {
    this.#unheard = undefined;
    if (frame.data.length > this.maxTransmitBytes) return failure("unsupported");
    const reply = await this.#driver.exchange(frame, target);
    if (frame.expect !== "nothing") return reply;
    if (reply.kind === "frame") this.#unheard = reply;
    return DONE;
  }

  /** The chip cannot only listen: what there is to hear came right behind the last frame. */
  #receive(): RfReply {
    const heard = this.#unheard;
    this.#unheard = undefined;
    return heard ?? failure("timeout");
  }

  async #reselect({ target = this.#targets?.[0] }: RfReselect): Promise<RfReply> {
    this.#unheard = undefined;
    if (target === undefined || !(await this.#driver.reselect(target))) return failure("link-lost");
    this.#target = target;
    return DONE;
  }

  async #switchField(on: boolean, delayUs: number): Promise<RfReply> {
    if (delayUs > 0) await delay(this.#plan.clock, delayUs / 1000);
    if (on !== this.#driver.fieldIsOn) {
      this.#unheard = undefined;
      await this.#driver.switchField(on);
    }
    return DONE;
  }

  async deactivate(): Promise<void> {
    this.#targets = this.#target = this.#unheard = undefined;
    this.#driver.forget();
    if (this.#driver.fieldIsOn) await this.#driver.switchField(false);
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
    await this.#driver.close();
  }
}
