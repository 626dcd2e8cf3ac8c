import {
  FormatError,
  fromHex,
  isFormatError,
  type RfFailureReason,
  type RfReply,
  type RfRequest,
  type TraceEvent,
} from "@cardwire/core";
import { type IoctlLogEntry, parseIoctlLogEntry } from "@cardwire/nfc-reader/recording";

/**
 * Reads a recording: lines of JSON as `cardwire trace --json` prints them, or a log of I/O controls
 * (`recordIoctlDevice` of `@cardwire/nfc-reader`).
 *
 * @throws FormatError with the line.
 */
export function parseRecording(text: string): TraceEvent[] {
  const codes = new Map<number, number>();
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      const value: unknown = JSON.parse(line);
      if (isRecord(value) && "event" in value) return ioctlEvents(parseIoctlLogEntry(line), codes);
      return [traceEvent(new Fields(value))];
    } catch (error) {
      const message = isFormatError(error) ? error.message : "no line of JSON";
      throw new FormatError("INVALID_VALUE", message, { field: `line ${index + 1}`, cause: error });
    }
  });
}

function ioctlEvents(entry: IoctlLogEntry, codes: Map<number, number>): TraceEvent[] {
  switch (entry.event) {
    case "request": {
      const { timeUs, id, code, input, outputLength } = entry;
      codes.set(id, code);
      return [{ layer: "ioctl", direction: "down", timeUs, code, input, outputLength }];
    }
    case "result": {
      const { timeUs, id, status, output } = entry;
      return [{ layer: "ioctl", direction: "up", timeUs, code: codes.get(id) ?? 0, status, output }];
    }
    default:
      return [];
  }
}

function traceEvent(fields: Fields): TraceEvent {
  const timeUs = fields.number("timeUs");
  const direction = fields.oneOf("direction", ["down", "up"]);
  const layer = fields.oneOf("layer", ["ioctl", "apdu", "rf"]);
  switch (layer) {
    case "apdu":
      return { layer, direction, timeUs, bytes: fields.bytes("bytes") };
    case "ioctl": {
      const code = fields.number("code");
      return direction === "down"
        ? { layer, direction, timeUs, code, input: fields.bytes("input"), outputLength: fields.number("outputLength") }
        : { layer, direction, timeUs, code, status: fields.number("status"), output: fields.bytes("output") };
    }
    case "rf":
      return direction === "down"
        ? { layer, direction, timeUs, request: rfRequest(fields.object("request")) }
        : { layer, direction, timeUs, reply: rfReply(fields.object("reply")) };
  }
}

function rfRequest(fields: Fields): RfRequest {
  const kind = fields.oneOf("kind", ["frame", "receive", "mifare-authenticate", "reselect", "field", "apdu"]);
  switch (kind) {
    case "frame":
      return {
        kind,
        data: fields.bytes("data"),
        timeoutUs: fields.number("timeoutUs"),
        ...fields.optionalNumber("lastBits"),
        ...fields.optionalBoolean("transmitCrc"),
        ...fields.optionalBoolean("receiveCrc"),
        ...fields.optionalBoolean("transmitParity"),
        ...fields.optionalBoolean("receiveParity"),
      };
    case "receive":
      return { kind, timeoutUs: fields.number("timeoutUs"), ...fields.optionalBoolean("receiveCrc") };
    case "mifare-authenticate":
      return {
        kind,
        block: fields.number("block"),
        keyType: fields.oneOf("keyType", ["a", "b"]),
        key: fields.bytes("key"),
        uid: fields.bytes("uid"),
      };
    case "reselect":
      return { kind };
    case "field":
      return { kind, on: fields.boolean("on") };
    case "apdu":
      return { kind, command: fields.bytes("command"), timeoutUs: fields.number("timeoutUs") };
  }
}

const REASONS: readonly RfFailureReason[] = [
  "timeout",
  "crc",
  "parity",
  "framing",
  "collision",
  "authentication",
  "link-lost",
  "overflow",
  "unsupported",
];

function rfReply(fields: Fields): RfReply {
  const kind = fields.oneOf("kind", ["frame", "done", "failure"]);
  switch (kind) {
    case "frame":
      return { kind, data: fields.bytes("data"), lastBits: fields.number("lastBits") };
    case "done":
      return { kind };
    case "failure":
      return { kind, reason: fields.oneOf("reason", REASONS) };
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object of a recording, read field by field. */
class Fields {
  readonly #value: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (!isRecord(value)) throw new FormatError("INVALID_VALUE", "no object", { field: "line" });
    this.#value = value;
  }

  object(name: string): Fields {
    return new Fields(this.#value[name]);
  }

  number(name: string): number {
    const value = this.#value[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw this.#error(name, "no number");
  }

  optionalNumber<Name extends string>(name: Name): Partial<Record<Name, number>> {
    return this.#value[name] === undefined ? {} : record(name, this.number(name));
  }

  boolean(name: string): boolean {
    const value = this.#value[name];
    if (typeof value === "boolean") return value;
    throw this.#error(name, "neither true nor false");
  }

  optionalBoolean<Name extends string>(name: Name): Partial<Record<Name, boolean>> {
    return this.#value[name] === undefined ? {} : record(name, this.boolean(name));
  }

  bytes(name: string): Uint8Array {
    const value = this.#value[name];
    if (typeof value === "string") return fromHex(value);
    throw this.#error(name, "no hexadecimal digits");
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const found = values.find((value) => value === this.#value[name]);
    if (found !== undefined) return found;
    throw this.#error(name, `none of ${values.join(", ")}`);
  }

  #error(field: string, message: string): FormatError {
    return new FormatError("INVALID_VALUE", message, { field });
  }
}

function record<Name extends string, Value>(name: Name, value: Value): Partial<Record<Name, Value>> {
  const result: Partial<Record<Name, Value>> = {};
  result[name] = value;
  return result;
}
