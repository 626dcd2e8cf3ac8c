import type {
  ActivationContext,
  CardFamily,
  CardSession,
  Clock,
  ConformanceProfile,
  RfDialogue,
  RfFrontEnd,
  RfTarget,
} from "@cardwire/core";
import { NTSTATUS } from "@cardwire/ioctl";
import { type Air, type Cancellable, FrontEndFailure } from "./air.ts";
import type { Behaviour } from "./behaviour.ts";
import { type Card, checkPresence } from "./card.ts";
import type { Listeners } from "./events.ts";
import { PendingRequest } from "./pending-request.ts";

/** What a host does with a card that has been activated, before the smart-card client hears of it. */
export type BeforeArrival = (session: CardSession, target: RfTarget) => RfDialogue<boolean>;

/** What a slot is made of. */
export interface CardSlotOptions {
  readonly frontEnd: RfFrontEnd;
  readonly families: readonly CardFamily[];
  readonly profile: ConformanceProfile;
  readonly behaviour: Behaviour;
  readonly air: Air;
  readonly clock: Clock;
  readonly presenceIntervalMs: number;
  readonly beforeArrival: BeforeArrival | undefined;
  readonly listeners: Listeners;
}

/**
 * The place where a card lies: discovery, activation, presence and departure. It polls only while something needs it: a
 * pending IS_PRESENT or IS_ABSENT, or an open handle while a card is there (NFC guide, power management).
 */
export class CardSlot {
  readonly pendingPresent: PendingRequest = new PendingRequest();
  readonly pendingAbsent: PendingRequest = new PendingRequest();
  readonly #options: CardSlotOptions;
  #radioOn: boolean;
  #handleOpen = false;
  #card: Card | undefined;
  #discovery: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #endStay: (() => void) | undefined;
  /** From the first need on until the field is off again. */
  #isPolling = false;
  #polling: Promise<void> | undefined;

  constructor(options: CardSlotOptions, radioOn: boolean) {
    this.#options = options;
    this.#radioOn = radioOn;
  }

  /** The card that clients see. */
  get connected(): Card | undefined {
    const card = this.#card;
    return card !== undefined && this.#isVisible(card) ? card : undefined;
  }

  #isVisible(card: Card): boolean {
    return card.session !== undefined || this.#options.behaviour.unsupportedCard === "visible";
  }

  /** IS_PRESENT or IS_ABSENT begins to wait. Only when none of its kind does. */
  pend(request: PendingRequest, cancellable: Cancellable): Promise<number> {
    const status = request.pend(cancellable, () => this.wake());
    this.wake();
    return status;
  }

  setHandleOpen(open: boolean): void {
    this.#handleOpen = open;
    this.wake();
  }

  /** A card is let go of when the radio goes off: that is its departure. */
  setRadio(on: boolean): void {
    this.#radioOn = on;
    this.wake();
  }

  #isNeeded(): boolean {
    return (
      this.#radioOn &&
      (this.pendingPresent.isPending ||
        this.pendingAbsent.isPending ||
        (this.#handleOpen && this.connected !== undefined))
    );
  }

  /** To be told whenever a need may have begun or ended. */
  wake(): void {
    if (this.#isNeeded()) {
      if (this.#isPolling) return;
      this.#isPolling = true;
      this.#polling = this.#poll();
    } else {
      this.#discovery?.abort("nothing needs discovery any longer");
      if (this.#card === undefined) this.#endStay?.();
      else this.depart(this.#card);
    }
  }

  /** Resolves when the air is quiet and the field off. Only after the last need has ended. */
  async settled(): Promise<void> {
    await this.#polling;
  }

  async #poll(): Promise<void> {
    while (this.#isNeeded()) {
      const failed = !(await this.#discoverOnce());
      // what failed at once would fail at once again
      if (failed && this.#isNeeded()) await this.#stay(undefined);
    }
    this.#isPolling = false;
  }

  /** One round: discovery, the card's stay, its departure. False when it failed although it was wanted. */
  async #discoverOnce(): Promise<boolean> {
    const { frontEnd, air, listeners } = this.#options;
    const discovery = new AbortController();
    this.#discovery = discovery;
    listeners.emit({ type: "discovery-started" });
    let card: Card | undefined;
    try {
      const targets = await frontEnd.discover(discovery.signal);
      this.#discovery = undefined;
      if (this.#isNeeded()) card = await air.enter(() => air.run(this.#activate(targets)));
    } catch (error) {
      this.#discovery = undefined;
      if (!discovery.signal.aborted) this.#report(error);
    }
    listeners.emit({ type: "discovery-stopped" });
    if (card !== undefined && this.#isNeeded()) {
      this.#arrive(card);
      await this.#stay(card);
    }
    try {
      await air.enter(() => frontEnd.deactivate());
    } catch (error) {
      this.#report(error);
    }
    return card !== undefined || discovery.signal.aborted;
  }

  *#activate(targets: readonly [RfTarget, ...RfTarget[]]): RfDialogue<Card | undefined> {
    const { families, beforeArrival } = this.#options;
    const card: Card = { targets, target: targets[0], session: undefined, sessions: new Map() };
    for (const target of targets) {
      const family = families.find((candidate) => candidate.accepts(target));
      if (family === undefined) continue;
      if (target !== targets[0]) {
        const reply = yield { kind: "reselect", target };
        if (reply.kind === "failure") return undefined;
      }
      card.target = target;
      card.session = yield* family.activate(target, this.#contextOf(card));
      card.sessions.set(target, card.session);
      if (beforeArrival !== undefined && !(yield* beforeArrival(card.session, target))) return undefined;
      break;
    }
    return card;
  }

  #contextOf(card: Card): ActivationContext {
    const { profile, frontEnd } = this.#options;
    return { profile, targets: card.targets, frameLimits: frontEnd };
  }

  /**
   * Goes on with another protocol of the card, which has just been selected.
   *
   * @returns false when no family takes it: the session stays as it was.
   */
  *switchTo(card: Card, target: RfTarget): RfDialogue<boolean> {
    let session = card.sessions.get(target);
    if (session !== undefined) session.onReselected();
    else {
      const family = this.#options.families.find((candidate) => candidate.accepts(target));
      if (family === undefined) return false;
      session = yield* family.activate(target, this.#contextOf(card));
      card.sessions.set(target, session);
    }
    card.target = target;
    card.session = session;
    return true;
  }

  #arrive(card: Card): void {
    const { listeners } = this.#options;
    this.#card = card;
    if (card.session === undefined) {
      listeners.emit({ type: "card-unsupported", target: card.target });
      return;
    }
    const { family, atr } = card.session;
    listeners.emit({ type: "card-arrived", family, atr: atr.slice(), target: card.target });
    this.pendingPresent.complete(NTSTATUS.SUCCESS);
  }

  /** Lasts until the card departs; without a card, until the pause is over or pointless. */
  #stay(card: Card | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#endStay = () => {
        this.#endStay = undefined;
        this.#cancelTimer?.();
        this.#cancelTimer = undefined;
        resolve();
      };
      if (card === undefined) this.#schedule(() => this.#endStay?.());
      // departed already, by a listener that closed the handle
      else if (this.#card !== card) this.#endStay();
      else this.#schedule(() => this.#check(card));
    });
  }

  #schedule(callback: () => void): void {
    this.#cancelTimer = this.#options.clock.schedule(this.#options.presenceIntervalMs, callback);
  }

  #check(card: Card): void {
    const { air } = this.#options;
    // an exchange that is under way will tell as well, and must not be disturbed
    if (air.isBusy) {
      this.#schedule(() => this.#check(card));
      return;
    }
    let present: boolean | Promise<boolean>;
    try {
      present = air.enter(() => air.run(checkPresence(card)));
    } catch (error) {
      this.lose(card, error);
      return;
    }
    if (present instanceof Promise)
      present.then(
        (value) => this.#checked(card, value),
        (error: unknown) => this.lose(card, error),
      );
    else this.#checked(card, present);
  }

  #checked(card: Card, present: boolean): void {
    if (this.#card !== card) return;
    if (present) this.#schedule(() => this.#check(card));
    else this.depart(card);
  }

  /** The front end or the family failed: nobody can say any more whether the card is there. */
  lose(card: Card, error: unknown): void {
    this.#report(error);
    this.depart(card);
  }

  #report(error: unknown): void {
    this.#options.listeners.emit({
      type: "failed",
      error: error instanceof FrontEndFailure ? error.cause : error,
    });
  }

  /** The card is gone, or let go of. Nothing is remembered of it. */
  depart(card: Card): void {
    if (this.#card !== card) return;
    this.#card = undefined;
    if (this.#isVisible(card)) {
      this.pendingAbsent.complete(NTSTATUS.SUCCESS);
      if (card.session !== undefined) this.#options.listeners.emit({ type: "card-departed" });
    }
    this.#endStay?.();
  }
}
