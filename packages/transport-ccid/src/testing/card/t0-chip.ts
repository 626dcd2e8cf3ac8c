import { parseCommandApdu } from "@cardwire/apdu";
import { concatBytes, isFormatError } from "@cardwire/core";
import { type ProtocolChip } from "./contact-chip.ts";

/** How a T=0 card differs from the plainest one. */
export interface T0ChipOptions {
  /**
   * Whether a header is followed by data of the host (case 3 and 4), which T=0 itself does not say. Unless given, the
   * instructions of ISO/IEC 7816-4 that have a data field, P3 not being zero. Asked at character level only.
   */
  readonly takesData?: (header: Uint8Array) => boolean;
  /** At character level: the host's data is asked for byte by byte, and after a NULL procedure byte. */
  readonly fussy?: boolean;
}

/** Instructions that take data (ISO/IEC 7816-4 table 4), and one for echoes. */
const TAKES_DATA = new Set([
  ...[0x0c, 0x0e, 0x0f, 0x10, 0x12, 0x14, 0x16, 0x20, 0x21, 0x22, 0x24, 0x2a, 0x2c, 0x34, 0x82, 0x86, 0x87, 0x88, 0xa0],
  ...[0xa1, 0xa2, 0xa4, 0xb1, 0xb3, 0xc2, 0xc3, 0xcb, 0xd0, 0xd1, 0xd2, 0xd6, 0xd7, 0xda, 0xdb, 0xdc, 0xdd, 0xe0, 0xe2],
  0xee,
]);
const GET_RESPONSE = 0xc0;
const ENVELOPE = 0xc2;
const NULL_BYTE = 0x60;
const OK = Uint8Array.of(0x90, 0x00);
const NOTHING = new Uint8Array(0);

/**
 * The card's side of T=0 (ISO/IEC 7816-3:2006 section 10 and 12.2): data of a case 4 command waits behind 61xx, a wrong
 * Le is answered with 6Cxx, ENVELOPE collects what is longer than a header can say.
 */
export class T0Chip implements ProtocolChip {
  readonly #transmit: (command: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  readonly #takesData: (header: Uint8Array) => boolean;
  readonly #fussy: boolean;
  #waiting: Uint8Array = NOTHING;
  #waitingStatus: Uint8Array = OK;
  #envelope: Uint8Array = NOTHING;
  #line: Uint8Array = NOTHING;
  #asked = 0;

  constructor(transmit: (command: Uint8Array) => Uint8Array | Promise<Uint8Array>, options: T0ChipOptions = {}) {
    this.#transmit = transmit;
    this.#takesData = options.takesData ?? takesData;
    this.#fussy = options.fussy ?? false;
  }

  async exchange(tpdu: Uint8Array): Promise<Uint8Array | undefined> {
    if (tpdu.length < 4) return undefined;
    const p3 = tpdu[4] ?? 0;
    const le = p3 || 256;
    if (tpdu[1] === GET_RESPONSE) return this.#deliver(le);
    this.#waiting = NOTHING;
    if (tpdu[1] === ENVELOPE) return this.#collect(tpdu.subarray(5, 5 + p3));
    // T=0 has no Le beside data: what stands behind it stays in the reader, and the card says itself what it has to say
    const command = tpdu.length > 5 ? concatBytes(tpdu.subarray(0, 5 + p3), Uint8Array.of(0)) : tpdu;
    return this.#answer(await this.#transmit(command), tpdu.length > 5 ? undefined : le);
  }

  async feed(bytes: Uint8Array): Promise<Uint8Array> {
    this.#line = concatBytes(this.#line, bytes);
    if (this.#line.length < 5) return NOTHING;
    const header = this.#line.subarray(0, 5);
    const length = 5 + (this.#takesData(header) ? (header[4] ?? 0) : 0);
    if (this.#line.length < length) return this.#askForData(header, length);
    const tpdu = this.#line;
    this.#line = NOTHING;
    this.#asked = 0;
    const answer = (await this.exchange(tpdu)) ?? NOTHING;
    // with data the card says INS first: all of it follows
    return answer.length > 2 ? concatBytes(header.subarray(1, 2), answer) : answer;
  }

  #askForData(header: Uint8Array, length: number): Uint8Array {
    const ins = header[1] ?? 0;
    if (!this.#fussy) {
      if (this.#asked > 0) return NOTHING;
      this.#asked = length;
      return Uint8Array.of(ins);
    }
    if (this.#line.length < this.#asked) return NOTHING;
    this.#asked = this.#line.length + 1;
    return Uint8Array.of(NULL_BYTE, ins ^ 0xff);
  }

  /** @param le undefined after a command with data, which has none. */
  #answer(response: Uint8Array, le: number | undefined): Uint8Array | undefined {
    if (response.length < 2) return undefined;
    const data = response.subarray(0, -2);
    const status = response.subarray(-2);
    if (data.length === 0) return status;
    if (le === undefined || data.length > le) {
      this.#waiting = data.slice();
      this.#waitingStatus = status.slice();
      return le === undefined ? this.#more() : this.#deliver(le);
    }
    return data.length === le ? response : Uint8Array.of(0x6c, data.length);
  }

  #deliver(le: number): Uint8Array {
    if (this.#waiting.length === 0) return Uint8Array.of(0x6f, 0x00);
    if (le > this.#waiting.length) return Uint8Array.of(0x6c, this.#waiting.length & 0xff);
    const data = this.#waiting.subarray(0, le);
    this.#waiting = this.#waiting.subarray(le);
    return concatBytes(data, this.#waiting.length > 0 ? this.#more() : this.#waitingStatus);
  }

  #more(): Uint8Array {
    return Uint8Array.of(0x61, this.#waiting.length > 255 ? 0 : this.#waiting.length);
  }

  /** ISO/IEC 7816-3 section 12.2.3: the APDU comes in pieces, an empty one ends it. */
  async #collect(piece: Uint8Array): Promise<Uint8Array | undefined> {
    const command = (this.#envelope = concatBytes(this.#envelope, piece));
    if (piece.length > 0 && !isWhole(command)) return OK;
    this.#envelope = NOTHING;
    return this.#answer(await this.#transmit(command), undefined);
  }
}

/** Whether a header is followed by data, by the instructions of ISO/IEC 7816-4 that have some. */
export function takesData(header: Uint8Array): boolean {
  return TAKES_DATA.has(header[1] ?? 0) && header[4] !== 0;
}

function isWhole(command: Uint8Array): boolean {
  try {
    // an extended case 4 without its Le is a case 3: a length field that says there is no more
    const { case: apduCase } = parseCommandApdu(command);
    return apduCase !== "1" && apduCase !== "2S";
  } catch (error) {
    if (isFormatError(error)) return false;
    throw error;
  }
}
