import { concatBytes, FormatError } from "@cardwire/core";
import { CardProtocolError } from "../protocol-error.ts";

/** Characters to send to the card, and how many to wait for afterwards. */
export interface T0Send {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly expected: number;
}

const NOTHING = new Uint8Array(0);
const NULL_BYTE = 0x60;
const STATUS_BYTES = 2;
/** A card that only sends NULL bytes asks for time: 100,000 of them are a day at the slowest rate. */
const MOST_NULL_BYTES = 100_000;

/**
 * One TPDU of T=0, character by character, for readers that do no more than pass characters on (ISO/IEC 7816-3:2006,
 * section 10.3). Yields what to send and how much to read, takes the characters that came, ends with the response.
 *
 * @param tpdu CLA INS P1 P2, P3 (00 when absent), and the data of the command.
 * @throws FormatError for a header that is none; CardProtocolError GARBLED for a procedure byte that is none.
 */
export function* exchangeT0Characters(tpdu: Uint8Array): Generator<T0Send, Uint8Array, Uint8Array> {
  if (tpdu.length < 4)
    throw new FormatError("TOO_SHORT", "a command has four bytes or more", { field: "TPDU", offset: tpdu.length });
  const ins = tpdu[1] ?? 0;
  if ((ins & 0xf0) === 0x60 || (ins & 0xf0) === 0x90)
    throw new FormatError("INVALID_VALUE", "6X and 9X are status bytes in T=0", { field: "INS", offset: 1 });
  const header = new Uint8Array(5);
  header.set(tpdu.subarray(0, 5));
  const outgoing = new Uint8Array(tpdu.subarray(5));
  // four bytes are a command without data in either direction; five ask for P3 bytes
  const wanted = tpdu.length === 5 ? (tpdu[4] ?? 0) || 256 : 0;
  const response: Uint8Array[] = [];
  let sent = 0;
  let got = 0;
  let nulls = 0;
  let ahead: Uint8Array = NOTHING;
  let toSend: Uint8Array<ArrayBuffer> = header;

  /** @param further characters that come in any case, and need no message of their own then. */
  function* read(count: number, further = 0): Generator<T0Send, Uint8Array, Uint8Array> {
    while (ahead.length < count || toSend.length > 0) {
      const more = yield { data: toSend, expected: Math.max(count + further - ahead.length, 0) };
      if (more.length === 0 && toSend.length === 0) throw new CardProtocolError("MUTE", "the card sends nothing more");
      toSend = NOTHING;
      ahead = ahead.length === 0 ? more : concatBytes(ahead, more);
    }
    const taken = ahead.subarray(0, count);
    ahead = ahead.subarray(count);
    return taken;
  }

  for (;;) {
    const procedure = (yield* read(1))[0] ?? 0;
    if (procedure === NULL_BYTE) {
      if (++nulls > MOST_NULL_BYTES) throw new CardProtocolError("MUTE", "the card asks for time without end");
      continue;
    }
    if ((procedure & 0xf0) === 0x60 || (procedure & 0xf0) === 0x90) {
      const sw2 = (yield* read(1))[0] ?? 0;
      return concatBytes(...response, Uint8Array.of(procedure, sw2));
    }
    // bit 1 turned round switches a voltage that no card has any more
    const one = (procedure ^ ins) === 0xff || (procedure ^ ins) === 0xfe;
    if (!one && (procedure ^ ins) !== 0 && (procedure ^ ins) !== 1)
      throw new CardProtocolError("GARBLED", `${procedure.toString(16)} is no procedure byte of the command`);
    if (sent < outgoing.length) {
      const end = one ? sent + 1 : outgoing.length;
      toSend = outgoing.slice(sent, end);
      sent = end;
    } else if (got < wanted) {
      // all of the data have the two status bytes behind them, or NULL bytes and those
      const part = one ? yield* read(1) : yield* read(wanted - got, STATUS_BYTES);
      got += part.length;
      response.push(part);
    } else throw new CardProtocolError("GARBLED", "the card asks for data that the command does not have");
  }
}
