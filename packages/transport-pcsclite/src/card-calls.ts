import { toHex } from "@cardwire/core";
import { protocolViolation } from "./errors.ts";
import { BytesExchange, type Scratch } from "./exchange.ts";
import { type PcscdSocket } from "./pcscd-socket.ts";
import {
  ATTRIBUTE_OFFSET,
  ATTRIBUTE_WORD,
  BEGIN_TRANSACTION,
  CONTROL,
  CONTROL_RECEIVED,
  createRequest,
  DISCONNECT,
  END_TRANSACTION,
  GET_ATTRIBUTE,
  HEADER_LENGTH,
  type Layout,
  MAX_ATTRIBUTE,
  MAX_BUFFER,
  RECONNECT,
  type Request,
  SET_ATTRIBUTE,
  STATUS,
  TRANSMIT,
  TRANSMIT_RECEIVED,
} from "./protocol.ts";

/** What stands for the success of a call that has nothing to give. */
const DONE = {};

/** The longest command that goes out without memory of its own: a short APDU. */
const SMALL_COMMAND = 261;
const COMMAND_OFFSET = HEADER_LENGTH + TRANSMIT.length;
/** sizeof(SCARD_IO_REQUEST) of a 64-bit program. pcscd takes any. */
const PCI_LENGTH = 16;

/** pcscd's calls on one card handle. Each resolves to what it gives, or to pcscd's code when that is not 0. */
export class CardCalls {
  readonly #socket: PcscdSocket;
  readonly #card: number;
  readonly #small: Request;

  constructor(socket: PcscdSocket, card: number) {
    this.#socket = socket;
    this.#card = card;
    this.#small = this.#newTransmitRequest(SMALL_COMMAND);
  }

  /**
   * A TRANSMIT with its command.
   *
   * @param alone no other request is under way, so that memory can be used again.
   * @returns undefined for a command that is too long.
   */
  transmitRequest(command: Uint8Array, protocol: number, alone: boolean): Uint8Array | undefined {
    const { length } = command;
    if (length > MAX_BUFFER) return undefined;
    const { bytes, words } = alone && length <= SMALL_COMMAND ? this.#small : this.#newTransmitRequest(length);
    words[1] = protocol;
    words[3] = length;
    words[4] = protocol;
    bytes.set(command, COMMAND_OFFSET);
    return bytes.subarray(0, COMMAND_OFFSET + length);
  }

  transmit(request: Uint8Array): Promise<Uint8Array<ArrayBuffer> | number> {
    return new Promise((resolve, reject) => {
      this.#socket.send(request, new BytesExchange(TRANSMIT, TRANSMIT_RECEIVED, resolve, reject));
    });
  }

  /** A TRANSMIT for a log: the header of its command. Data may be a PIN. */
  describe(request: Uint8Array): string {
    return `transmit ${toHex(request.subarray(COMMAND_OFFSET, COMMAND_OFFSET + 4), " ")}`;
  }

  controlRequest(code: number, data: Uint8Array): Uint8Array | undefined {
    if (data.length > MAX_BUFFER) return undefined;
    const { bytes, words } = this.#request(CONTROL, data.length);
    words[1] = code;
    words[2] = data.length;
    words[3] = MAX_BUFFER;
    bytes.set(data, HEADER_LENGTH + CONTROL.length);
    return bytes;
  }

  control(request: Uint8Array): Promise<Uint8Array<ArrayBuffer> | number> {
    return new Promise((resolve, reject) => {
      this.#socket.send(request, new BytesExchange(CONTROL, CONTROL_RECEIVED, resolve, reject));
    });
  }

  getAttribute(tag: number): Promise<Uint8Array<ArrayBuffer> | number> {
    const request = this.#request(GET_ATTRIBUTE);
    request.words[1] = tag;
    request.words[ATTRIBUTE_WORD.length] = MAX_ATTRIBUTE;
    return this.#socket.call(request, GET_ATTRIBUTE, pickAttribute);
  }

  setAttributeRequest(tag: number, value: Uint8Array): Request | undefined {
    if (value.length > MAX_ATTRIBUTE) return undefined;
    const request = this.#request(SET_ATTRIBUTE);
    request.words[1] = tag;
    request.bytes.set(value, HEADER_LENGTH + ATTRIBUTE_OFFSET);
    request.words[ATTRIBUTE_WORD.length] = value.length;
    return request;
  }

  setAttribute(request: Request): Promise<object | number> {
    return this.#code(request, SET_ATTRIBUTE);
  }

  status(): Promise<object | number> {
    return this.#code(this.#request(STATUS), STATUS);
  }

  reconnect(share: number, protocols: number, initialization: number): Promise<{ protocol: number } | number> {
    const request = this.#request(RECONNECT);
    request.words[1] = share;
    request.words[2] = protocols;
    request.words[3] = initialization;
    return this.#socket.call(request, RECONNECT, pickProtocol);
  }

  beginTransaction(): Promise<number> {
    return this.#socket.callForCode(this.#request(BEGIN_TRANSACTION), BEGIN_TRANSACTION);
  }

  endTransaction(disposition: number): Promise<number> {
    const request = this.#request(END_TRANSACTION);
    request.words[1] = disposition;
    return this.#socket.callForCode(request, END_TRANSACTION);
  }

  disconnect(disposition: number): Promise<number> {
    const request = this.#request(DISCONNECT);
    request.words[1] = disposition;
    return this.#socket.callForCode(request, DISCONNECT);
  }

  #request(layout: Layout, extra = 0): Request {
    const request = createRequest(layout, extra);
    request.words[0] = this.#card;
    return request;
  }

  #newTransmitRequest(room: number): Request {
    const request = this.#request(TRANSMIT, room);
    request.words[2] = PCI_LENGTH;
    request.words[5] = PCI_LENGTH;
    request.words[TRANSMIT_RECEIVED] = MAX_BUFFER;
    return request;
  }

  async #code(request: Request, layout: Layout): Promise<object | number> {
    const rv = await this.#socket.callForCode(request, layout);
    return rv === 0 ? DONE : rv;
  }
}

function pickAttribute(words: Uint32Array, { bytes }: Scratch): Uint8Array<ArrayBuffer> | number {
  const rv = words[GET_ATTRIBUTE.rv] ?? 0;
  if (rv !== 0) return rv;
  const length = words[ATTRIBUTE_WORD.length] ?? 0;
  if (length > MAX_ATTRIBUTE)
    throw protocolViolation(
      GET_ATTRIBUTE.name,
      "cbAttrLen",
      ATTRIBUTE_WORD.length * 4,
      `${length} is over ${MAX_ATTRIBUTE}`,
    );
  return Uint8Array.from(bytes.subarray(ATTRIBUTE_OFFSET, ATTRIBUTE_OFFSET + length));
}

function pickProtocol(words: Uint32Array): { protocol: number } | number {
  const rv = words[RECONNECT.rv] ?? 0;
  return rv === 0 ? { protocol: words[4] ?? 0 } : rv;
}
