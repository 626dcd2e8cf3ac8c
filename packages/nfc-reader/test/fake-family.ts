import {
  type ActivationContext,
  type CardFamily,
  type CardSession,
  fromHex,
  type RfDialogue,
  type RfTarget,
  type TransmitOutcome,
} from "@cardwire/core";

/** A session that sends each command as one frame, and its answer back with 9000. */
export class FakeSession implements CardSession {
  readonly family: string;
  readonly atr: Uint8Array = fromHex("3B8F8001804F0CA00000030603003D0000000056");
  readonly iccType = 5;
  readonly target: RfTarget;
  readonly context: ActivationContext;
  reselections = 0;
  /** What the next command gives in place of an exchange. */
  outcome: TransmitOutcome | undefined;

  constructor(family: string, target: RfTarget, context: ActivationContext) {
    this.family = family;
    this.target = target;
    this.context = context;
  }

  *transmit(command: Uint8Array): RfDialogue<TransmitOutcome> {
    if (this.outcome !== undefined) return this.outcome;
    const reply = yield { kind: "frame", data: command, timeoutUs: 1000 };
    if (reply.kind !== "frame")
      return { response: Uint8Array.of(0x69, 0x81), status: 0, cardLost: reply.kind === "failure" };
    return { response: Uint8Array.of(...reply.data, 0x90, 0x00), status: 0, cardLost: false };
  }

  *checkPresence(): RfDialogue<boolean> {
    const reply = yield { kind: "frame", data: Uint8Array.of(0x30, 0x00), timeoutUs: 1000 };
    return reply.kind === "frame";
  }

  onReselected(): void {
    this.reselections++;
  }
}

/** A family of cards that take whatever they are sent. */
export class FakeFamily implements CardFamily {
  readonly name: string;
  readonly sessions: FakeSession[] = [];
  readonly #accepts: (target: RfTarget) => boolean;

  constructor(name = "fake", accepts: (target: RfTarget) => boolean = () => true) {
    this.name = name;
    this.#accepts = accepts;
  }

  get session(): FakeSession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error("no session yet");
    return session;
  }

  accepts(target: RfTarget): boolean {
    return this.#accepts(target);
  }

  *activate(target: RfTarget, context: ActivationContext): RfDialogue<CardSession> {
    const session = new FakeSession(this.name, target, context);
    this.sessions.push(session);
    return session;
  }
}
