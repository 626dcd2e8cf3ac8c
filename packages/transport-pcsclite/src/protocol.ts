/**
 * The messages of pcscd's socket (pcsc-lite, winscard_msg.h). A request is a header of two 32-bit integers (the length
 * of its body, its command), the body, and what the body announces. A reply is the same body without a header. All
 * integers have the byte order of the machine. Lengths here are in bytes, fields are indices of 32-bit words in the body.
 */

/** Commands that pcscd answers. It closes the connection for any other, and for a body of another length. */
export const COMMAND = {
  establishContext: 0x01,
  releaseContext: 0x02,
  connect: 0x04,
  reconnect: 0x05,
  disconnect: 0x06,
  beginTransaction: 0x07,
  endTransaction: 0x08,
  transmit: 0x09,
  control: 0x0a,
  status: 0x0b,
  getAttribute: 0x0f,
  setAttribute: 0x10,
  version: 0x11,
  getReadersState: 0x12,
  waitReaderStateChange: 0x13,
  getReadersStateSize: 0x16,
  getReadersStateArray: 0x17,
} as const;

/** A fixed body: how long it is, and which word says how the call went. */
export interface Layout {
  /** The call's name in errors. */
  readonly name: string;
  readonly command: number;
  readonly length: number;
  /** Index of the word `rv`. */
  readonly rv: number;
  /** What every word of the body is called, for errors. */
  readonly words: readonly string[];
}

const layout = (name: string, command: number, words: readonly string[], length = words.length * 4): Layout => ({
  name,
  command,
  length,
  rv: length / 4 - 1,
  words,
});

export const VERSION: Layout = layout("VERSION", COMMAND.version, ["major", "minor", "rv"]);
export const ESTABLISH_CONTEXT: Layout = layout("ESTABLISH_CONTEXT", COMMAND.establishContext, [
  "dwScope",
  "hContext",
  "rv",
]);
/** hContext, szReader[128], dwShareMode, dwPreferredProtocols, hCard, dwActiveProtocol, rv. */
export const CONNECT: Layout = layout("CONNECT", COMMAND.connect, ["hContext", "szReader"], 152);
export const CONNECT_WORD = { shareMode: 33, protocols: 34, card: 35, activeProtocol: 36 } as const;
export const RECONNECT: Layout = layout("RECONNECT", COMMAND.reconnect, [
  "hCard",
  "dwShareMode",
  "dwPreferredProtocols",
  "dwInitialization",
  "dwActiveProtocol",
  "rv",
]);
export const DISCONNECT: Layout = layout("DISCONNECT", COMMAND.disconnect, ["hCard", "dwDisposition", "rv"]);
export const BEGIN_TRANSACTION: Layout = layout("BEGIN_TRANSACTION", COMMAND.beginTransaction, ["hCard", "rv"]);
export const END_TRANSACTION: Layout = layout("END_TRANSACTION", COMMAND.endTransaction, [
  "hCard",
  "dwDisposition",
  "rv",
]);
/** Followed by cbSendLength bytes in the request, by pcbRecvLength bytes in a reply whose rv is 0. */
export const TRANSMIT: Layout = layout("TRANSMIT", COMMAND.transmit, [
  "hCard",
  "ioSendPciProtocol",
  "ioSendPciLength",
  "cbSendLength",
  "ioRecvPciProtocol",
  "ioRecvPciLength",
  "pcbRecvLength",
  "rv",
]);
export const TRANSMIT_RECEIVED = 6;
/** Followed by cbSendLength bytes in the request, by dwBytesReturned bytes in a reply whose rv is 0. */
export const CONTROL: Layout = layout("CONTROL", COMMAND.control, [
  "hCard",
  "dwControlCode",
  "cbSendLength",
  "cbRecvLength",
  "dwBytesReturned",
  "rv",
]);
export const CONTROL_RECEIVED = 4;
export const STATUS: Layout = layout("STATUS", COMMAND.status, ["hCard", "rv"]);
/** hCard, dwAttrId, pbAttr[264], cbAttrLen, rv. */
export const GET_ATTRIBUTE: Layout = layout("GET_ATTRIB", COMMAND.getAttribute, ["hCard", "dwAttrId", "pbAttr"], 280);
export const SET_ATTRIBUTE: Layout = layout("SET_ATTRIB", COMMAND.setAttribute, ["hCard", "dwAttrId", "pbAttr"], 280);
export const ATTRIBUTE_WORD = { length: 68 } as const;
export const ATTRIBUTE_OFFSET = 8;

export const HEADER_LENGTH = 8;
/** MAX_READERNAME, with the NUL that ends it. */
export const MAX_READER_NAME = 128;
/** MAX_BUFFER_SIZE: the longest attribute. */
export const MAX_ATTRIBUTE = 264;
/** MAX_BUFFER_SIZE_EXTENDED: the longest command and response. */
export const MAX_BUFFER = 65_548;
/** READER_STATE. */
export const READER_STATE_LENGTH = 184;
/** Many more than any daemon has had (16, 48, and 256 from 2.5 on): the bound of what is read. */
export const MAX_SLOTS = 1024;
/** The signal that ends a wait: timeOut, rv. */
export const SIGNAL_LENGTH = 8;
/** SCARD_SCOPE_SYSTEM. */
export const SCOPE_SYSTEM = 2;

/** The protocol's version numbers. Before 4.3 a record's length differs under the same number. */
export const MAJOR = 4;
export const NEWEST_MINOR = 6;
export const OLDEST_MINOR = 3;
/** From here on WAIT is answered with the states, up to {@link SIZED_STATES_MINOR}. */
export const WAIT_SENDS_STATES_MINOR = 4;
/** From here on the daemon says how many slots it has, and WAIT is answered with nothing. */
export const SIZED_STATES_MINOR = 6;

/** A request in one piece of memory, to be sent in one write. */
export interface Request {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The body. */
  readonly words: Uint32Array<ArrayBuffer>;
}

/** Header and zeroed body of a request, with room for what follows the body. (A Buffer is what sockets take as it is.) */
export function createRequest({ command, length }: Pick<Layout, "command" | "length">, extra = 0): Request {
  const buffer = new ArrayBuffer(HEADER_LENGTH + length + extra);
  const header = new Uint32Array(buffer, 0, 2);
  header[0] = length;
  header[1] = command;
  return { bytes: Buffer.from(buffer), words: new Uint32Array(buffer, HEADER_LENGTH, length / 4) };
}

/** A request that is its header. */
export function emptyRequest(command: number): Uint8Array<ArrayBuffer> {
  return createRequest({ command, length: 0 }).bytes;
}
