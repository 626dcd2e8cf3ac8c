import { concatBytes } from "@cardwire/core";
import { CardProtocolError } from "../protocol-error.ts";
import { encodeT1Block, parseT1Block, type T1Block, type T1Supervisory } from "./block.ts";
import type { T1Session } from "./session.ts";

/** A block to send, and what to wait for. */
export interface T1Send {
  readonly block: Uint8Array<ArrayBuffer>;
  /** Multiplies the block waiting time for the answer: what S(WTX request) asked for; 0 leaves it. */
  readonly waitingTimeMultiplier: number;
}

/** What came: a block as it arrived, bytes with a parity error, or nothing within the waiting time. */
export type T1Received =
  | { readonly kind: "block"; readonly bytes: Uint8Array }
  | { readonly kind: "parity-error" }
  | { readonly kind: "silence" };

/** A run of the protocol: yields what to send, takes what came, and ends with its outcome. */
export type T1Run<Outcome> = Generator<T1Send, Outcome, T1Received>;

/** Attempts in a row to get an error-free block (ISO/IEC 7816-3:2006, rule 7.4.2). */
const MOST_ERRORS = 3;
const MOST_RESYNCHS = 3;
/** A card that has its block repeated, or asks for time, again and again gets no further. */
const MOST_REPEATS = 10;
const MOST_EXTENSIONS = 100_000;
const LONGEST_RESPONSE = 65_538;
const NOTHING = new Uint8Array(0);

const EDC_ERROR = 1;
const OTHER_ERROR = 2;

/**
 * Sends a command APDU and gives the response APDU (ISO/IEC 7816-3:2006, section 11.6). Chains in both directions,
 * repeats what was lost, grants waiting time and IFSC, and resynchronises when nothing else helps. After a
 * resynchronisation the command is sent again from its beginning, as the card has forgotten the link.
 *
 * @throws CardProtocolError when that does not help either; the next exchange then begins with a resynchronisation.
 */
export function* exchangeT1(session: T1Session, command: Uint8Array): T1Run<Uint8Array> {
  let resynchs = 0;
  if (session.needsResynch) {
    yield* resynchronise(session);
    resynchs++;
  }
  session.needsResynch = true;
  for (;;) {
    const response = yield* new Transfer(session, command).run();
    if (response !== undefined) {
      session.needsResynch = false;
      return response;
    }
    if (resynchs++ === MOST_RESYNCHS)
      throw new CardProtocolError("GARBLED", "the card does not get on with T=1 after three resynchronisations");
    yield* resynchronise(session);
    session.needsResynch = true;
  }
}

/**
 * Tells the card how large an information field the reader takes: S(IFS request). False when the card does not answer it
 * after three attempts; the IFSD is then what it was.
 */
export function* negotiateIfsd(session: T1Session, ifsd: number): T1Run<boolean> {
  const granted = yield* request(session, "ifs", Uint8Array.of(ifsd));
  if (granted) session.ifsd = ifsd;
  return granted;
}

/** S(RESYNCH request): both sides begin anew (rules 6.1 to 6.4). */
function* resynchronise(session: T1Session): T1Run<void> {
  const done = yield* request(session, "resynch", NOTHING);
  if (!done) {
    session.needsResynch = true;
    throw new CardProtocolError("MUTE", "the card does not answer, nor does it resynchronise");
  }
  session.ns = session.nr = 0;
  session.needsResynch = false;
}

/** Rule 7.3: sent again until its response comes, three times at most. */
function* request(session: T1Session, type: T1Supervisory, inf: Uint8Array): T1Run<boolean> {
  const block = encodeT1Block({ kind: "S", type, response: false, inf }, session.edc);
  for (let attempt = 0; attempt < MOST_ERRORS; attempt++) {
    const received = yield { block, waitingTimeMultiplier: 0 };
    if (received.kind !== "block") continue;
    const answer = parseT1Block(received.bytes, session.edc);
    if (typeof answer === "string" || answer.kind !== "S" || !answer.response || answer.type !== type) continue;
    if (answer.inf[0] === inf[0]) return true;
  }
  return false;
}

/** One command from its first block to the last one of its response. */
class Transfer {
  readonly #session: T1Session;
  readonly #command: Uint8Array;
  /** Bytes of the command that the card has acknowledged. */
  #acknowledged = 0;
  /** Bytes in the I-block that was sent last. */
  #chunk = 0;
  #receiving = false;
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #aborted = false;

  #block: Uint8Array<ArrayBuffer>;
  #lastKind: T1Block["kind"] = "I";
  #multiplier = 0;
  #errors = 0;
  #repeats = 0;
  #extensions = 0;

  constructor(session: T1Session, command: Uint8Array) {
    this.#session = session;
    this.#command = command;
    this.#block = this.#informationBlock();
  }

  /** The response; undefined when only a resynchronisation can help. */
  *run(): T1Run<Uint8Array | undefined> {
    for (;;) {
      const received = yield { block: this.#block, waitingTimeMultiplier: this.#multiplier };
      this.#multiplier = 0;
      const block = received.kind === "block" ? parseT1Block(received.bytes, this.#session.edc) : undefined;
      if (block === undefined || typeof block === "string") {
        const error = received.kind === "parity-error" || block === "edc" ? EDC_ERROR : OTHER_ERROR;
        if (!this.#ask(error)) return undefined;
        continue;
      }
      const outcome = this.#take(block);
      if (outcome === "resynch") return undefined;
      if (outcome === "done") return this.#response();
    }
  }

  #take(block: T1Block): "go-on" | "done" | "resynch" {
    switch (block.kind) {
      case "I":
        return this.#takeInformation(block);
      case "R":
        return this.#takeReady(block.nr);
      case "S":
        return this.#takeSupervisory(block.type, block.response, block.inf);
    }
  }

  #takeInformation({ ns, more, inf }: Extract<T1Block, { kind: "I" }>): "go-on" | "done" | "resynch" {
    const session = this.#session;
    // a card that answers before the whole command is there has seen enough of it: that is its answer
    if (ns !== session.nr) return this.#askAgain();
    if (!this.#receiving) session.ns ^= 1;
    this.#receiving = true;
    session.nr ^= 1;
    this.#parts.push(new Uint8Array(inf));
    this.#length += inf.length;
    if (this.#length > LONGEST_RESPONSE)
      throw new CardProtocolError("RESPONSE_TOO_LONG", `the card's response has more than ${LONGEST_RESPONSE} bytes`);
    if (!more) return "done";
    this.#errors = this.#repeats = 0;
    this.#ready(0);
    return "go-on";
  }

  #takeReady(nr: number): "go-on" | "resynch" {
    const session = this.#session;
    if (this.#aborted) throw new CardProtocolError("ABORTED", "the card has aborted the command");
    if (this.#receiving) {
      // rule 7.2: the card did not get our R-block
      if (nr !== session.ns || this.#lastKind === "R") return this.#askAgain();
      this.#ready(0);
      return this.#repeat();
    }
    if (nr === session.ns) {
      this.#block = this.#informationBlock();
      this.#lastKind = "I";
      return this.#repeat();
    }
    if (this.#acknowledged + this.#chunk >= this.#command.length) return this.#askAgain();
    session.ns ^= 1;
    this.#acknowledged += this.#chunk;
    this.#errors = this.#repeats = 0;
    this.#block = this.#informationBlock();
    this.#lastKind = "I";
    return "go-on";
  }

  #takeSupervisory(type: T1Supervisory, response: boolean, inf: Uint8Array): "go-on" | "resynch" {
    if (response) return this.#askAgain();
    // only the interface device may: a card that does knows no better way out
    if (type === "resynch") return "resynch";
    if (type === "wtx") {
      if (++this.#extensions > MOST_EXTENSIONS) return "resynch";
      this.#multiplier = inf[0] ?? 1;
    } else if (++this.#repeats > MOST_REPEATS) return "resynch";
    else if (type === "ifs") this.#session.ifsc = inf[0] ?? this.#session.ifsc;
    else {
      this.#aborted = true;
      this.#parts.length = this.#length = 0;
    }
    this.#errors = 0;
    this.#block = encodeT1Block({ kind: "S", type, response: true, inf }, this.#session.edc);
    this.#lastKind = "S";
    return "go-on";
  }

  /** Rules 7.1 to 7.3: an R-block for what was not understood, the same again if it was one. False: enough of that. */
  #ask(error: number): boolean {
    if (++this.#errors >= MOST_ERRORS) return false;
    if (this.#lastKind !== "R") this.#ready(error);
    return true;
  }

  #askAgain(): "go-on" | "resynch" {
    return this.#ask(OTHER_ERROR) ? "go-on" : "resynch";
  }

  #repeat(): "go-on" | "resynch" {
    this.#errors = 0;
    return ++this.#repeats > MOST_REPEATS ? "resynch" : "go-on";
  }

  #ready(error: number): void {
    this.#block = encodeT1Block({ kind: "R", nr: this.#session.nr, error }, this.#session.edc);
    this.#lastKind = "R";
  }

  /** What is not acknowledged yet, as much as the card takes. */
  #informationBlock(): Uint8Array<ArrayBuffer> {
    const { ns, ifsc, edc } = this.#session;
    const end = Math.min(this.#acknowledged + ifsc, this.#command.length);
    const inf = this.#command.subarray(this.#acknowledged, end);
    this.#chunk = inf.length;
    return encodeT1Block({ kind: "I", ns, more: end < this.#command.length, inf }, edc);
  }

  #response(): Uint8Array {
    const [first] = this.#parts;
    return first !== undefined && this.#parts.length === 1 ? first : concatBytes(...this.#parts);
  }
}
