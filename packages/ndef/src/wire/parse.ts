import { concatBytes, type FormatErrorCode } from "@cardwire/core";
import { NdefError } from "./errors.ts";
import type { RawRecord } from "./raw-record.ts";
import { Tnf } from "./tnf.ts";

/** How a message is decoded. */
export interface ParseOptions {
  /**
   * False: bytes after the message are handed back as `rest`, TNF 7 is taken for "unknown", and a type may be missing.
   * True when absent. Everything else is refused either way.
   */
  readonly strict?: boolean;
  /** The longest payload of one record, its chunks together. No limit but the input's own length when absent. */
  readonly maxPayloadBytes?: number;
}

/** A message taken apart. */
export interface ParsedRecords {
  readonly records: readonly RawRecord[];
  /** What follows the record with ME. Always empty when decoding is strict. */
  readonly rest: Uint8Array;
}

const MB = 0x80;
const ME = 0x40;
const CF = 0x20;
const SR = 0x10;
const IL = 0x08;

/**
 * Takes a message apart into records and joins chunks (NDEF 1.0 sections 2.3 and 3.2). No bytes at all are a message
 * without records: what a tag holds whose NDEF TLV has length 0.
 *
 * @throws NdefError with the index of the record and the offset of the field.
 */
export function parseRecords(bytes: Uint8Array, options: ParseOptions = {}): ParsedRecords {
  return new MessageParser(bytes, options).run();
}

/** A chunked record that has begun and not ended. */
interface Series {
  readonly first: RawRecord;
  readonly chunks: Uint8Array[];
  length: number;
}

class MessageParser {
  readonly #bytes: Uint8Array;
  readonly #strict: boolean;
  readonly #maxPayloadBytes: number;
  readonly #records: RawRecord[] = [];
  #series: Series | undefined;
  #recordIndex = 0;
  #offset = 0;

  constructor(bytes: Uint8Array, options: ParseOptions) {
    this.#bytes = bytes;
    this.#strict = options.strict ?? true;
    this.#maxPayloadBytes = options.maxPayloadBytes ?? Infinity;
  }

  run(): ParsedRecords {
    if (this.#bytes.length > 0) while (!this.#record());
    const rest = this.#bytes.slice(this.#offset);
    if (this.#strict && rest.length > 0)
      throw new NdefError("LEFT_OVER", `${rest.length} bytes follow the last record`, {
        field: "message",
        offset: this.#offset,
        recordIndex: this.#records.length,
      });
    return { records: this.#records, rest };
  }

  /** Reads one record or chunk. True when it was the message's last. */
  #record(): boolean {
    this.#recordIndex = this.#records.length;
    const at = this.#offset;
    const header = this.#number(1, "header");
    const isFirst = at === 0;
    if (((header & MB) !== 0) !== isFirst)
      this.#refuse("INVALID_VALUE", "MB", at, isFirst ? "the first record lacks it" : "only the first record has it");
    const chunked = (header & CF) !== 0;
    if (chunked && (header & ME) !== 0) this.#refuse("INVALID_VALUE", "CF", at, "a last record cannot go on");

    const typeLength = this.#number(1, "TYPE_LENGTH");
    const payloadLengthAt = this.#offset;
    const payloadLength = this.#number(header & SR ? 1 : 4, "PAYLOAD_LENGTH");
    const idLengthAt = this.#offset;
    const idLength = header & IL ? this.#number(1, "ID_LENGTH") : 0;
    if (payloadLength + (this.#series?.length ?? 0) > this.#maxPayloadBytes)
      this.#refuse("TOO_LONG", "PAYLOAD_LENGTH", payloadLengthAt, `over the limit of ${this.#maxPayloadBytes} bytes`);

    const tnf = this.#tnf(header & 0x07, at);
    if (this.#series === undefined) {
      if (tnf === Tnf.unchanged) this.#refuse("INVALID_VALUE", "TNF", at, "6 (unchanged) outside a chunked record");
      this.#checkType(tnf, typeLength, chunked, at);
      if (tnf === Tnf.empty && (payloadLength > 0 || idLength > 0 || chunked))
        this.#refuse("INVALID_VALUE", "TNF", at, "an empty record has no id, no payload and no chunks");
    } else {
      if (tnf !== Tnf.unchanged) this.#refuse("INVALID_VALUE", "TNF", at, "a later chunk has 6 (unchanged)");
      if (typeLength > 0) this.#refuse("INVALID_VALUE", "TYPE_LENGTH", at + 1, "a later chunk has no type");
      if ((header & IL) !== 0) this.#refuse("INVALID_VALUE", "ID_LENGTH", idLengthAt, "a later chunk has no id");
    }

    const type = this.#take(typeLength, "TYPE");
    const id = this.#take(idLength, "ID");
    this.#add({ tnf, type, id, payload: this.#take(payloadLength, "PAYLOAD") }, chunked);
    const last = (header & ME) !== 0;
    if (!last && this.#offset === this.#bytes.length)
      this.#refuse("TOO_SHORT", chunked ? "CF" : "ME", at, "the message ends, and this record says that it goes on");
    return last;
  }

  #tnf(value: number, at: number): Tnf {
    if (value === Tnf.reserved) {
      if (this.#strict) this.#refuse("INVALID_VALUE", "TNF", at, "7 is reserved");
      return Tnf.reserved;
    }
    // three bits: one of the eight values
    return value as Tnf;
  }

  #checkType(tnf: Tnf, typeLength: number, chunked: boolean, at: number): void {
    if (tnf === Tnf.empty || tnf === Tnf.unknown) {
      if (typeLength > 0) this.#refuse("INVALID_VALUE", "TYPE_LENGTH", at + 1, `TNF ${tnf} has no type`);
    } else if (tnf !== Tnf.reserved && typeLength === 0 && (this.#strict || chunked))
      this.#refuse("INVALID_VALUE", "TYPE_LENGTH", at + 1, `TNF ${tnf} needs a type`);
  }

  #add(part: RawRecord, chunked: boolean): void {
    if (this.#series === undefined) {
      if (chunked) this.#series = { first: part, chunks: [part.payload], length: part.payload.length };
      else this.#records.push(part);
      return;
    }
    this.#series.chunks.push(part.payload);
    this.#series.length += part.payload.length;
    if (chunked) return;
    this.#records.push({ ...this.#series.first, payload: concatBytes(...this.#series.chunks) });
    this.#series = undefined;
  }

  #number(length: number, field: string): number {
    const at = this.#offset;
    this.#need(length, field);
    let value = 0;
    for (let index = at; index < at + length; index++) value = value * 256 + (this.#bytes[index] ?? 0);
    this.#offset += length;
    return value;
  }

  #take(length: number, field: string): Uint8Array {
    this.#need(length, field);
    const start = this.#offset;
    this.#offset += length;
    return this.#bytes.slice(start, this.#offset);
  }

  #need(length: number, field: string): void {
    const left = this.#bytes.length - this.#offset;
    if (left < length) this.#refuse("TOO_SHORT", field, this.#offset, `needs ${length} bytes, ${left} are left`);
  }

  #refuse(code: FormatErrorCode, field: string, offset: number, message: string): never {
    throw new NdefError(code, message, { field, offset, recordIndex: this.#recordIndex });
  }
}
