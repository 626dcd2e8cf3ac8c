import { fromHex, toHex } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { RfFailureReason, RfLink, RfReply, RfRequest } from "../rf.ts";

/** A link that answers from a list, and keeps what it was asked, for tests of dialogues. */
export interface ScriptedAir extends RfLink {
  /** The requests so far, as {@link describeRfRequest} writes them. */
  readonly requests: readonly string[];
}

const FAILURES: readonly RfFailureReason[] = [
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

/** A request as a line: hexadecimal digits of a frame, `auth a 4 FFFFFFFFFFFF 01020304`, or the request's kind. */
export function describeRfRequest(request: RfRequest): string {
  switch (request.kind) {
    case "frame":
      return toHex(request.data);
    case "apdu":
      return `apdu ${toHex(request.command)}`;
    case "mifare-authenticate":
      return `auth ${request.keyType} ${request.block} ${toHex(request.key)} ${toHex(request.uid)}`;
    case "field":
      return request.on ? "field on" : "field off";
    default:
      return request.kind;
  }
}

function parseReply(text: string): RfReply {
  if (text === "done") return { kind: "done" };
  const reason = FAILURES.find((failure) => failure === text);
  if (reason !== undefined) return { kind: "failure", reason };
  const [digits = "", bits] = text.split("/");
  const data = fromHex(digits);
  return { kind: "frame", data, lastBits: bits === undefined ? (data.length === 1 ? 4 : 8) : Number(bits) };
}

/**
 * A link that gives the replies in their order: hexadecimal digits of a frame (one byte counts as four bits unless it says
 * `0A/8`), "done", or the reason of a failure. Asked for more, it throws a UsageError that names the request.
 */
export function scriptedAir(...replies: readonly string[]): ScriptedAir {
  const left = [...replies];
  const requests: string[] = [];
  return {
    requests,
    exchange(request): RfReply {
      requests.push(describeRfRequest(request));
      const next = left.shift();
      if (next === undefined) throw new UsageError(`nothing is scripted for ${describeRfRequest(request)}`);
      return parseReply(next);
    },
  };
}

/** The value of something that could have been a promise and was not. @throws UsageError for a promise. */
export function atOnce<Value>(value: Value | Promise<Value>): Value {
  if (value instanceof Promise) throw new UsageError("expected an answer at once, got a promise");
  return value;
}
