import { describeCommand, describeResponse, statusWordTables } from "@cardwire/apdu/log";
import { readUint32LE, type RfReply, type RfRequest, type TraceEvent } from "@cardwire/core";
import {
  attributeName,
  IOCTL_SMARTCARD,
  ioctlName,
  ntStatusName,
  PCI_BYTES,
  SCARD_POWER,
  SCARD_PROTOCOL,
  SCARD_READER_STATE,
} from "@cardwire/ioctl";
import { hexNumber, printable, spaced } from "./hex.ts";
import type { Style } from "./style.ts";

/** How a ladder is drawn. */
export interface LadderOptions {
  readonly style: Style;
  /** The time that counts as zero. The first event's unless given. */
  readonly startUs?: number;
  /** What a frame to the card asks for. */
  readonly nameFrame?: ((frame: Uint8Array) => string | undefined) | undefined;
}

const NO_BYTES = new Uint8Array(0);
const BYTES_PER_LINE = 32;
const TIME_COLUMN = 9;
const INDENT = { ioctl: "", apdu: "  ", rf: "    " } as const;
const LABEL = { ioctl: "IOCTL", apdu: "APDU ", rf: "RF   " } as const;

/** What one rung says: bytes, and words about them. */
interface Rung {
  readonly head?: string;
  readonly bytes?: Uint8Array;
  /** How many of the bytes are a header, set apart from the rest. */
  readonly headerBytes?: number;
  readonly note?: string;
}

/** The head of a ladder's columns. */
export function ladderHead(style: Style): string {
  return style.dim(`${"µs".padStart(TIME_COLUMN)}  → down to the card   ← back up`);
}

/** Every layer's bytes of one conversation, in order, with the time in microseconds and the layer as the indent. */
export function ladderLines(events: readonly TraceEvent[], options: LadderOptions): string[] {
  const start = options.startUs ?? events[0]?.timeUs ?? 0;
  let command: Uint8Array | undefined;
  return events.flatMap((event) => {
    if (event.layer === "apdu" && event.direction === "down") command = event.bytes;
    return rungLines(rung(event, command, options), event, event.timeUs - start, options.style);
  });
}

/** What a response says; nothing for the 9000 that one hopes for. */
export function responseNote(response: Uint8Array, command: Uint8Array | undefined): string {
  if (response.length >= 2 && response.at(-2) === 0x90 && response.at(-1) === 0x00) return "OK";
  return describeResponse(response, ...(command === undefined ? [] : statusWordTables(command)));
}

function rungLines(content: Rung, event: TraceEvent, timeUs: number, style: Style): string[] {
  const { head, bytes = NO_BYTES, headerBytes = 0, note = "" } = content;
  const indent = INDENT[event.layer];
  const label = style.layer[event.layer](`${event.direction === "down" ? "→" : "←"} ${LABEL[event.layer]}`);
  let line = `${style.dim(String(timeUs).padStart(TIME_COLUMN))}  ${indent}${label}`;
  if (head !== undefined) line += ` ${head}`;
  const lines: string[] = [];
  if (headerBytes > 0 && bytes.length > headerBytes)
    line += ` ${style.dim(`${spaced(bytes.subarray(0, headerBytes))} ·`)}`;
  for (let offset = headerBytes; offset < bytes.length; offset += BYTES_PER_LINE) {
    line += ` ${spaced(bytes.subarray(offset, offset + BYTES_PER_LINE))}`;
    if (offset + BYTES_PER_LINE >= bytes.length) break;
    lines.push(line);
    line = " ".repeat(TIME_COLUMN + 2 + indent.length + 7);
  }
  lines.push(note === "" ? line : `${line}  ${style.dim(note)}`);
  return lines;
}

function rung(event: TraceEvent, command: Uint8Array | undefined, options: LadderOptions): Rung {
  switch (event.layer) {
    case "ioctl":
      return event.direction === "down"
        ? ioctlDown(event.code, event.input, event.outputLength)
        : ioctlUp(event.code, event.status, event.output, options.style);
    case "apdu":
      return {
        bytes: event.bytes,
        note: event.direction === "down" ? describeCommand(event.bytes) : responseNote(event.bytes, command),
      };
    case "rf":
      return event.direction === "down" ? rfDown(event.request, options) : rfUp(event.reply, options.style);
  }
}

function ioctlDown(code: number, input: Uint8Array, outputLength: number): Rung {
  const head = ioctlName(code) ?? hexNumber(code, 8);
  switch (code) {
    case IOCTL_SMARTCARD.TRANSMIT:
      return { head, bytes: input, headerBytes: PCI_BYTES, note: `room for ${outputLength} bytes` };
    case IOCTL_SMARTCARD.GET_ATTRIBUTE:
    case IOCTL_SMARTCARD.SET_ATTRIBUTE:
      return { head, bytes: input, note: word(input, attributeName) };
    case IOCTL_SMARTCARD.POWER:
      return { head, bytes: input, note: word(input, (value) => nameOf(SCARD_POWER, value)) };
    case IOCTL_SMARTCARD.SET_PROTOCOL:
      return { head, bytes: input, note: word(input, protocolNames) };
    default:
      return { head, bytes: input };
  }
}

function ioctlUp(code: number, status: number, output: Uint8Array, style: Style): Rung {
  const statusText = ntStatusName(status) ?? hexNumber(status, 8);
  const paint = status === 0 ? style.good : style.bad;
  const head = `${ioctlName(code) ?? hexNumber(code, 8)} ${paint(statusText)}`;
  switch (code) {
    case IOCTL_SMARTCARD.TRANSMIT:
      return { head, bytes: output, headerBytes: PCI_BYTES };
    case IOCTL_SMARTCARD.SET_PROTOCOL:
      return { head, bytes: output, note: word(output, protocolNames) };
    case IOCTL_SMARTCARD.GET_STATE:
      return { head, bytes: output, note: word(output, (value) => nameOf(SCARD_READER_STATE, value)) };
    case IOCTL_SMARTCARD.GET_ATTRIBUTE:
      return { head, bytes: output, note: quoted(output) };
    default:
      return { head, bytes: output };
  }
}

function rfDown(request: RfRequest, { nameFrame }: LadderOptions): Rung {
  switch (request.kind) {
    case "frame": {
      const bits = request.lastBits ?? 8;
      const name = nameFrame?.(request.data) ?? "";
      return { bytes: request.data, note: bits === 8 ? name : `${bits} bits ${name}`.trimEnd() };
    }
    case "receive":
      return { head: "listen" };
    case "mifare-authenticate":
      return {
        head: `authenticate block ${request.block} with key ${request.keyType.toUpperCase()}`,
        bytes: request.key,
      };
    case "reselect":
      return { head: "reselect" };
    case "field":
      return { head: request.on ? "field on" : "field off" };
    case "apdu":
      return { bytes: request.command, note: describeCommand(request.command) };
  }
}

function rfUp(reply: RfReply, style: Style): Rung {
  switch (reply.kind) {
    case "frame":
      if (reply.lastBits === 4 && reply.data.length === 1)
        return { bytes: reply.data, note: reply.data[0] === 0x0a ? "4 bits: ACK" : "4 bits: NAK" };
      return reply.lastBits === 8 ? { bytes: reply.data } : { bytes: reply.data, note: `${reply.lastBits} bits` };
    case "done":
      return { head: style.good("done") };
    case "failure":
      return { head: style.bad(reply.reason) };
  }
}

/** Bytes that are a text with the NUL that ends it. */
function quoted(bytes: Uint8Array): string {
  const text = printable(bytes.subarray(0, -1));
  return bytes.length > 1 && bytes.at(-1) === 0 && !text.includes("·") ? `"${text}"` : "";
}

function protocolNames(mask: number): string {
  const bits = (["T0", "T1", "RAW"] as const).filter((name) => (mask & SCARD_PROTOCOL[name]) !== 0);
  return bits.length === 0 ? "OPTIMAL" : bits.join(" or ");
}

/** The name that a buffer's first little-endian word stands for. */
function word(buffer: Uint8Array, name: (value: number) => string | undefined): string {
  return buffer.length < 4 ? "" : (name(readUint32LE(buffer, 0, "value")) ?? "");
}

function nameOf(table: Readonly<Record<string, number>>, value: number): string | undefined {
  return Object.keys(table).find((name) => table[name] === value);
}
