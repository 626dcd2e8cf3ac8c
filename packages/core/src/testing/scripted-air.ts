import { fromHex, toHex } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import {
  type RfDialogue,
  type RfFailureReason,
  type RfLink,
  type RfReply,
  type RfRequest,
  type RfTarget,
  runDialogue,
} from "../rf.ts";
import type { CardFamily, CardSession, ConformanceProfile, TransmitOutcome } from "../tag.ts";

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

/**
 * A request as a line of a script: a frame's bytes and what is unusual about it, `auth a 4 FFFFFFFFFFFF 01020304`, or the
 * request's name.
 */
export function describeRfRequest(request: RfRequest): string {
  switch (request.kind) {
    case "frame": {
      const { data, lastBits, expect } = request;
      const unusual = (["transmitCrc", "receiveCrc", "transmitParity", "receiveParity"] as const)
        .filter((flag) => request[flag] === false)
        .map((flag) => ` -${flag}`);
      const bits = lastBits === undefined ? "" : ` ${lastBits} bits`;
      return toHex(data) + bits + unusual.join("") + (expect === "nothing" ? " no reply" : "");
    }
    case "apdu":
      return `apdu ${toHex(request.command)}`;
    case "mifare-authenticate":
      return `auth ${request.keyType} ${request.block} ${toHex(request.key)} ${toHex(request.uid)}`;
    case "field":
      return `field ${request.on ? "on" : "off"}${request.delayUs === undefined ? "" : ` after ${request.delayUs} µs`}`;
    case "receive":
      return request.receiveCrc === false ? "receive -receiveCrc" : "receive";
    case "reselect":
      return request.target === undefined ? "reselect" : `reselect ${request.target.technology}`;
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

/** One exchange of a script: what is expected on the air, and what comes back. */
export type ScriptedExchange = readonly [request: string, reply: string];

/**
 * Runs a dialogue against a script, which it must follow to the end. A reply is written as for {@link scriptedAir}, but
 * a single hexadecimal digit is four bits and a byte is a byte.
 *
 * @param requests collects what was asked.
 * @throws UsageError where the dialogue leaves the script.
 */
export function playScript<Result>(
  dialogue: RfDialogue<Result>,
  script: readonly ScriptedExchange[],
  requests: RfRequest[] = [],
): Result {
  let step = dialogue.next();
  for (const [request, reply] of script) {
    const asked = step.done === true ? "(ended)" : describeRfRequest(step.value);
    if (step.done === true || asked !== request)
      throw new UsageError(`the script has ${request}, and the dialogue asks for ${asked}`);
    requests.push(step.value);
    step = dialogue.next(/^[0-9A-F]$/.test(reply) ? parseReply(`0${reply}/4`) : parseReply(wholeBytes(reply)));
  }
  if (step.done !== true) throw new UsageError(`the script ends before ${describeRfRequest(step.value)}`);
  return step.value;
}

function wholeBytes(reply: string): string {
  return /^[0-9A-F]{2}$/.test(reply) ? `${reply}/8` : reply;
}

/** Sends an APDU, in hexadecimal digits, through a session over a link that answers at once. */
export function sendApdu(
  session: CardSession,
  apdu: string,
  link: RfLink = scriptedAir(),
  area = 258,
): TransmitOutcome {
  return atOnce(runDialogue(session.transmit(fromHex(apdu), area), link));
}

/**
 * Sends an APDU through a session over the scripted replies.
 *
 * @returns the response in hexadecimal digits (the NTSTATUS where there is none), and what was asked of the air.
 */
export function exchangeApdu(
  session: CardSession,
  apdu: string,
  replies: readonly string[] = [],
  area?: number,
): [response: string, requests: string[]] {
  const air = scriptedAir(...replies);
  const { response, status } = sendApdu(session, apdu, air, area);
  return [status === 0 ? toHex(response) : status.toString(16), [...air.requests]];
}

/** Opens a family's session with a target, over scripted replies to what its activation asks. */
export function openScripted(
  family: CardFamily,
  target: RfTarget,
  profile: ConformanceProfile,
  replies: readonly string[] = [],
): CardSession {
  if (!family.accepts(target)) throw new UsageError(`${family.name} does not accept the target`);
  return atOnce(runDialogue(family.activate(target, { profile }), scriptedAir(...replies)));
}
