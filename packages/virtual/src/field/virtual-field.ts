import {
  type Clock,
  type RfFailureReason,
  type RfFrame,
  type RfFrameReply,
  type RfFrontEnd,
  type RfReceive,
  type RfReply,
  type RfReselect,
  type RfRequest,
  type RfTarget,
  systemClock,
  UsageError,
  type VirtualTag,
} from "@cardwire/core";
import { Discovery, type RfTargets } from "./discovery.ts";
import { fromSilicon, type ReceiveFlags, toSilicon } from "./framing.ts";
import { type ExchangeMoment, type Mishap, MishapPlan } from "./mishaps.ts";
import { DONE, failure, tagGone } from "./replies.ts";

/** How a virtual field behaves. */
export interface VirtualFieldOptions {
  /** For messages and traces: "virtual field" unless given. */
  readonly name?: string;
  /** Tags that lie on the reader from the start. */
  readonly tags?: Iterable<VirtualTag>;
  /** The longest frame in bytes, without CRC, that can be sent. 65,535 unless given: more than any tag takes. */
  readonly maxTransmitBytes?: number;
  /** The longest frame in bytes, without CRC, that can be received. 65,535 unless given. A longer reply fails with "overflow". */
  readonly maxReceiveBytes?: number;
  /** How long every exchange takes. 0, or absent: exchanges are answered at once, without a promise. */
  readonly latencyMs?: number;
  /** The time that `latencyMs` is taken from; the host's own unless given. */
  readonly clock?: Clock;
}

/** Looks at exchanges and may replace their replies. A hook that returns `undefined` leaves the reply as it is. */
export interface ExchangeHook {
  /** Called before the tag hears the request. A reply that it returns is handed up, and the tag hears nothing. */
  before?(request: RfRequest, exchange: number): RfReply | undefined;
  /** Called after the tag has answered. A reply that it returns takes the place of the tag's own. */
  after?(request: RfRequest, reply: RfReply, exchange: number): RfReply | undefined;
}

/** An RF front end without a chip: tags are put into its field and pulled from it by hand. */
export interface VirtualField extends RfFrontEnd {
  /** What lies in the field, in the order in which it was put there. */
  readonly tags: readonly VirtualTag[];
  /** The tag that was selected last and has not been pulled since. */
  readonly selected: VirtualTag | undefined;
  /** True between `discover`, or a field request that switches it on, and `deactivate`. */
  readonly isOn: boolean;
  /** How many requests have been exchanged so far. Exchanges are counted from 0. */
  readonly exchangeCount: number;
  /** Lays a tag on the reader. @throws UsageError when it lies there already, or after `close`. */
  put(tag: VirtualTag): void;
  /** Takes a tag away; every tag when none is named. A tag that does not lie there is no error. */
  remove(tag?: VirtualTag): void;
  /**
   * Pulls the selected tag by itself once `exchanges` more requests have been answered: in the next one, or in the
   * middle of it.
   *
   * @param moment "before-request" unless given.
   */
  pullAfter(exchanges: number, moment?: ExchangeMoment): void;
  /**
   * Lets one exchange fail, once `exchanges` more have been answered.
   *
   * @param moment "before-reply" unless given: the tag has done what it was told, and its answer is lost.
   */
  failAfter(exchanges: number, reason: RfFailureReason, moment?: ExchangeMoment): void;
  /** Adds a hook, called after those that are there already. The function that comes back removes it. */
  onExchange(hook: ExchangeHook): () => void;
}

/** Makes an empty field, switched off. */
export function createVirtualField(options: VirtualFieldOptions = {}): VirtualField {
  return new Field(options);
}

class Field implements VirtualField {
  readonly name: string;
  readonly maxTransmitBytes: number;
  readonly maxReceiveBytes: number;
  readonly #latencyMs: number;
  readonly #clock: Clock;
  readonly #tags: VirtualTag[] = [];
  readonly #mishaps = new MishapPlan();
  readonly #hooks: ExchangeHook[] = [];
  readonly #discovery = new Discovery();
  #selected: VirtualTag | undefined;
  #target: RfTarget | undefined;
  /** What the tag answered to a frame that expected nothing: a receive request that follows at once still hears it. */
  #unheard: RfFrameReply | undefined;
  #exchangeCount = 0;
  #on = false;
  #closed = false;

  constructor(options: VirtualFieldOptions) {
    this.name = options.name ?? "virtual field";
    this.maxTransmitBytes = options.maxTransmitBytes ?? 0xffff;
    this.maxReceiveBytes = options.maxReceiveBytes ?? 0xffff;
    this.#latencyMs = options.latencyMs ?? 0;
    this.#clock = options.clock ?? systemClock;
    for (const tag of options.tags ?? []) this.put(tag);
  }

  get tags(): readonly VirtualTag[] {
    return [...this.#tags];
  }

  get selected(): VirtualTag | undefined {
    return this.#selected;
  }

  get isOn(): boolean {
    return this.#on;
  }

  get exchangeCount(): number {
    return this.#exchangeCount;
  }

  put(tag: VirtualTag): void {
    this.#assertOpen();
    if (this.#tags.includes(tag)) throw new UsageError(`${tag.name} lies in the ${this.name} already`);
    this.#tags.push(tag);
    if (this.#on) tag.setPowered(true);
    if (this.#discovery.isWaiting && this.#on) {
      const targets = this.#selectAny();
      if (targets !== undefined) this.#discovery.found(targets);
    }
  }

  remove(tag?: VirtualTag): void {
    for (const gone of tag === undefined ? this.#tags.splice(0) : this.#takeOut(tag)) {
      if (gone === this.#selected) this.#selected = this.#unheard = undefined;
      if (this.#on) gone.setPowered(false);
    }
  }

  #takeOut(tag: VirtualTag): VirtualTag[] {
    const index = this.#tags.indexOf(tag);
    return index < 0 ? [] : this.#tags.splice(index, 1);
  }

  pullAfter(exchanges: number, moment: ExchangeMoment = "before-request"): void {
    this.#mishaps.add(this.#exchangeCount, exchanges, { kind: "pull", moment });
  }

  failAfter(exchanges: number, reason: RfFailureReason, moment: ExchangeMoment = "before-reply"): void {
    this.#mishaps.add(this.#exchangeCount, exchanges, { kind: "fail", reason, moment });
  }

  onExchange(hook: ExchangeHook): () => void {
    this.#hooks.push(hook);
    return () => {
      const index = this.#hooks.indexOf(hook);
      if (index >= 0) this.#hooks.splice(index, 1);
    };
  }

  discover(signal: AbortSignal): Promise<RfTargets> {
    if (this.#closed) return Promise.reject(this.#closedError());
    if (this.#discovery.isWaiting)
      return Promise.reject(new UsageError(`the ${this.name} is discovering already: one call at a time`));
    return this.#discovery.start(signal, () => {
      this.#setOn(true);
      return this.#selectAny();
    });
  }

  deactivate(): void {
    this.#setOn(false);
  }

  close(): void {
    if (this.#closed) return;
    this.#setOn(false);
    this.#closed = true;
    this.#mishaps.clear();
    this.#discovery.fail(this.#closedError());
  }

  exchange(request: RfRequest): RfReply | Promise<RfReply> {
    this.#assertOpen();
    const exchange = this.#exchangeCount++;
    const reply =
      this.#mishaps.isEmpty && this.#hooks.length === 0 ? this.#perform(request) : this.#disturbed(request, exchange);
    return this.#latencyMs === 0 ? reply : this.#delayed(request, reply);
  }

  /** The same exchange, with its mishap and with everybody who wants to see it. */
  #disturbed(request: RfRequest, exchange: number): RfReply {
    const mishap = this.#mishaps.take(exchange);
    for (const hook of this.#hooks) {
      const instead = hook.before?.(request, exchange);
      if (instead !== undefined) return instead;
    }
    let reply = (mishap?.moment === "before-request" ? this.#suffer(mishap) : undefined) ?? this.#perform(request);
    if (mishap?.moment === "before-reply") reply = this.#suffer(mishap) ?? tagGone(request);
    for (const hook of this.#hooks) reply = hook.after?.(request, reply, exchange) ?? reply;
    return reply;
  }

  #suffer(mishap: Mishap): RfReply | undefined {
    if (mishap.kind === "fail") return failure(mishap.reason);
    if (this.#selected !== undefined) this.remove(this.#selected);
    return undefined;
  }

  async #delayed(request: RfRequest, reply: RfReply): Promise<RfReply> {
    const asked = this.#selected;
    await new Promise<void>((resolve) => {
      this.#clock.schedule(this.#latencyMs, resolve);
    });
    // pulled while its answer was on the way
    return asked !== undefined && !this.#tags.includes(asked) ? tagGone(request) : reply;
  }

  #perform(request: RfRequest): RfReply {
    if (request.kind === "frame") return this.#frame(request);
    if (request.kind === "receive") return this.#receive(request);
    this.#unheard = undefined;
    switch (request.kind) {
      case "mifare-authenticate":
        return this.#on && this.#selected?.authenticate?.(request) === true ? DONE : failure("authentication");
      case "reselect":
        return this.#reselect(request);
      case "field":
        this.#setPower(request.on);
        return DONE;
      case "apdu":
        // ISO-DEP is run by whoever uses the field, block by block
        return failure("unsupported");
    }
  }

  #frame(frame: RfFrame): RfReply {
    this.#unheard = undefined;
    if (!this.#on) return failure("link-lost");
    if (frame.data.length > this.maxTransmitBytes + (frame.transmitCrc === false ? 2 : 0))
      return failure("unsupported");
    const heard = this.#target === undefined ? undefined : toSilicon(frame, this.#target.technology);
    const answer = heard === undefined ? undefined : this.#selected?.receive(heard);
    if (frame.expect === "nothing") {
      this.#unheard = answer;
      return DONE;
    }
    return this.#handUp(answer, frame);
  }

  #receive(request: RfReceive): RfReply {
    const answer = this.#unheard;
    this.#unheard = undefined;
    return this.#on ? this.#handUp(answer, request) : failure("link-lost");
  }

  #handUp(answer: RfFrameReply | undefined, flags: ReceiveFlags): RfReply {
    if (answer === undefined || this.#target === undefined) return failure("timeout");
    if (answer.data.length > this.maxReceiveBytes) return failure("overflow");
    return fromSilicon(answer, flags, this.#target.technology);
  }

  #reselect(request: RfReselect): RfReply {
    const tag = this.#on ? this.#selected : undefined;
    const targets = tag?.select(request.target);
    if (targets === undefined) return failure("link-lost");
    this.#target = request.target ?? targets[0];
    return DONE;
  }

  /** Only the first tag that answers is selected; the others stay where they are, unaddressed. */
  #selectAny(): RfTargets | undefined {
    for (const tag of this.#tags) {
      const targets = tag.select();
      if (targets !== undefined) {
        this.#selected = tag;
        this.#target = targets[0];
        return targets;
      }
    }
    return undefined;
  }

  /** Switches the carrier. The tag that was selected stays the one that frames go to: it has to be woken again. */
  #setPower(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    for (const tag of this.#tags) tag.setPowered(on);
  }

  #setOn(on: boolean): void {
    this.#setPower(on);
    this.#selected = undefined;
    this.#target = undefined;
    this.#unheard = undefined;
  }

  #assertOpen(): void {
    if (this.#closed) throw this.#closedError();
  }

  #closedError(): UsageError {
    return new UsageError(`the ${this.name} has been closed`);
  }
}
