import { concatBytes, equalBytes } from "@cardwire/core";
import { crc, lrc } from "./checksum.ts";
import { type ChipAnswer, type ProtocolChip } from "./contact-chip.ts";

/** What a T=1 card can be told to do with the next block that it gets. */
export type T1Mishap =
  /** The block is lost on its way: no answer, nothing done. */
  | "miss"
  /** The block is dealt with, its answer is lost. */
  | "lose-answer"
  /** The block is refused with R(EDC error), though it is right. */
  | "refuse"
  /** The block is refused with R(other error). */
  | "refuse-other"
  /** The answer comes with a wrong epilogue. */
  | "garble"
  /** The answer comes without its last byte. */
  | "cut"
  /** S(WTX request) comes first. */
  | { readonly wtx: number }
  /** S(IFS request) comes first. */
  | { readonly ifs: number }
  /** S(ABORT request) comes in the place of the answer: the chain is given up. */
  | "abort";

/** How a T=1 card differs from the plainest one. */
export interface T1ChipOptions {
  /** LRC unless given. */
  readonly edc?: "lrc" | "crc";
  /** What happens to the first blocks after a reset, one after the other; undefined is nothing. */
  readonly mishaps?: readonly (T1Mishap | undefined)[];
}

const S = { resynch: 0x00, ifs: 0x01, abort: 0x02, wtx: 0x03 } as const;
/** The default of ISO/IEC 7816-3 section 11.4.2. */
const DEFAULT_IFSD = 32;
const NOTHING = new Uint8Array(0);

/** The card's side of T=1 (ISO/IEC 7816-3:2006 section 11). */
export class T1Chip implements ProtocolChip {
  readonly #transmit: (command: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  readonly #checksum: (bytes: Uint8Array) => Uint8Array;
  readonly #epilogueLength: number;
  readonly #mishaps: (T1Mishap | undefined)[];
  /** N(S) of our next I-block, and N(S) that the next one of the host must have. */
  #ns = 0;
  #nr = 0;
  #ifsd = DEFAULT_IFSD;
  #command: Uint8Array[] = [];
  #response: Uint8Array = NOTHING;
  #last: Uint8Array = NOTHING;
  /** The block that an S(request) of ours stands before, and what we had sent before it. */
  #postponed: { readonly block: Uint8Array; readonly last: Uint8Array } | undefined;
  #line: Uint8Array = NOTHING;

  constructor(transmit: (command: Uint8Array) => Uint8Array | Promise<Uint8Array>, options: T1ChipOptions = {}) {
    this.#transmit = transmit;
    this.#checksum = options.edc === "crc" ? crc : lrc;
    this.#epilogueLength = options.edc === "crc" ? 2 : 1;
    this.#mishaps = [...(options.mishaps ?? [])];
  }

  async exchange(block: Uint8Array): Promise<Uint8Array | undefined> {
    const mishap = this.#mishaps.shift();
    switch (mishap) {
      case "miss":
        return undefined;
      case "refuse":
        return this.#send(0x81 | (this.#nr << 4));
      case "refuse-other":
        return this.#send(0x82 | (this.#nr << 4));
      case "abort":
        this.#command = [];
        this.#response = NOTHING;
        return this.#request(S.abort);
      case undefined:
        return this.#answer(block);
      case "lose-answer":
        await this.#answer(block);
        return undefined;
      case "garble": {
        const answer = Uint8Array.from((await this.#answer(block)) ?? NOTHING);
        if (answer.length > 0) answer[answer.length - 1] = (answer[answer.length - 1] ?? 0) ^ 0x55;
        return answer;
      }
      case "cut":
        return (await this.#answer(block))?.slice(0, -1);
      default:
        // a second request comes in the place of the first one's answer, which has nothing to answer by itself
        this.#postponed ??= { block: block.slice(), last: this.#last };
        if ("wtx" in mishap) return this.#request(S.wtx, mishap.wtx);
        return this.#request(S.ifs, mishap.ifs);
    }
  }

  async feed(bytes: Uint8Array): Promise<Uint8Array> {
    this.#line = concatBytes(this.#line, bytes);
    const length = 3 + (this.#line[2] ?? 0) + this.#epilogueLength;
    if (this.#line.length < 3 || this.#line.length < length) return NOTHING;
    const block = this.#line;
    this.#line = NOTHING;
    return (await this.exchange(block)) ?? NOTHING;
  }

  #answer(block: Uint8Array): ChipAnswer {
    const end = block.length - this.#epilogueLength;
    const pcb = block[1] ?? 0;
    if (
      end < 3 ||
      end !== 3 + (block[2] ?? 0) ||
      !equalBytes(this.#checksum(block.subarray(0, end)), block.subarray(end))
    )
      return this.#send(0x81 | (this.#nr << 4));
    const information = block.subarray(3, end);
    if ((pcb & 0x80) === 0) return this.#information(pcb, information);
    if ((pcb & 0xc0) === 0x80) return this.#receiveReady(pcb);
    return this.#supervise(pcb, information);
  }

  #information(pcb: number, information: Uint8Array): ChipAnswer {
    if (((pcb >> 6) & 1) !== this.#nr) return this.#send(0x82 | (this.#nr << 4));
    this.#nr ^= 1;
    this.#command.push(information.slice());
    if ((pcb & 0x20) !== 0) return this.#send(0x80 | (this.#nr << 4));
    const command = concatBytes(...this.#command);
    this.#command = [];
    const response = this.#transmit(command);
    return response instanceof Uint8Array ? this.#respond(response) : response.then((late) => this.#respond(late));
  }

  #respond(response: Uint8Array): Uint8Array | undefined {
    if (response.length === 0) return undefined;
    this.#response = response;
    return this.#sendInformation();
  }

  /** N(R) of our next block acknowledges the one before, and asks for the rest of a chain; any other is for a repetition. */
  #receiveReady(pcb: number): Uint8Array {
    const wanted = (pcb >> 4) & 1;
    if (this.#response.length > 0 && wanted === this.#ns) return this.#sendInformation();
    return this.#last;
  }

  #supervise(pcb: number, information: Uint8Array): ChipAnswer {
    const response = (pcb & 0x20) !== 0;
    switch (pcb & 0x1f) {
      case S.resynch:
        this.#ns = this.#nr = 0;
        this.#ifsd = DEFAULT_IFSD;
        this.#command = [];
        this.#response = NOTHING;
        return this.#send(0xe0);
      case S.ifs:
        if (response) return this.#resume();
        this.#ifsd = information[0] ?? DEFAULT_IFSD;
        return this.#send(0xe1, information);
      case S.abort:
        if (response) return this.#send(0x80 | (this.#nr << 4));
        this.#command = [];
        this.#response = NOTHING;
        return this.#send(0xe2);
      case S.wtx:
        return response ? this.#resume() : this.#last;
      default:
        return this.#last;
    }
  }

  #resume(): ChipAnswer {
    const postponed = this.#postponed;
    if (postponed === undefined) return this.#last;
    this.#postponed = undefined;
    this.#last = postponed.last;
    return this.#answer(postponed.block);
  }

  #request(type: number, value?: number): Uint8Array {
    return this.#send(0xc0 | type, value === undefined ? NOTHING : Uint8Array.of(value));
  }

  #sendInformation(): Uint8Array {
    const information = this.#response.subarray(0, this.#ifsd);
    this.#response = this.#response.subarray(information.length);
    const more = this.#response.length > 0 ? 0x20 : 0;
    const pcb = (this.#ns << 6) | more;
    this.#ns ^= 1;
    return this.#send(pcb, information);
  }

  #send(pcb: number, information: Uint8Array = NOTHING): Uint8Array {
    const block = concatBytes(Uint8Array.of(0, pcb, information.length), information);
    this.#last = concatBytes(block, this.#checksum(block));
    return this.#last;
  }
}
