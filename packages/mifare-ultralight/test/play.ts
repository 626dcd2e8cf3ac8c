import { fromHex, type RfDialogue, type RfFailureReason, type RfReply, type RfRequest, toHex } from "@cardwire/core";
import { expect } from "vitest";

const FAILURES: readonly string[] = [
  "timeout",
  "crc",
  "parity",
  "framing",
  "collision",
  "authentication",
  "link-lost",
  "overflow",
  "unsupported",
] satisfies RfFailureReason[];

/** A request as a line of a script: a frame's bytes and what is unusual about it, or the request's name. */
export function describeRequest(request: RfRequest): string {
  switch (request.kind) {
    case "frame": {
      const { data, lastBits, expect: wants } = request;
      const unusual = (["transmitCrc", "receiveCrc", "transmitParity", "receiveParity"] as const)
        .filter((flag) => request[flag] === false)
        .map((flag) => ` -${flag}`);
      const bits = lastBits === undefined ? "" : ` ${lastBits} bits`;
      return toHex(data) + bits + unusual.join("") + (wants === "nothing" ? " no reply" : "");
    }
    case "field":
      return `field ${request.on ? "on" : "off"}${request.delayUs === undefined ? "" : ` after ${request.delayUs} µs`}`;
    case "receive":
      return request.receiveCrc === false ? "receive -receiveCrc" : "receive";
    case "reselect":
      return request.target === undefined ? "reselect" : `reselect ${request.target.technology}`;
    default:
      return request.kind;
  }
}

/** A reply from a line of a script: "done", a reason for failure, one hexadecimal digit of four bits, or bytes. */
export function toReply(line: string): RfReply {
  if (line === "done") return { kind: "done" };
  if (FAILURES.includes(line)) return { kind: "failure", reason: line as RfFailureReason };
  if (/^[0-9A-F]$/.test(line)) return { kind: "frame", data: fromHex(`0${line}`), lastBits: 4 };
  return { kind: "frame", data: fromHex(line), lastBits: 8 };
}

/** One exchange of a script: what is expected on the air, and what comes back. */
export type Exchange = readonly [request: string, reply: string];

/** Runs a dialogue against a script, which it must follow to the end. */
export function play<Result>(
  dialogue: RfDialogue<Result>,
  script: readonly Exchange[],
  requests: RfRequest[] = [],
): Result {
  let step = dialogue.next();
  for (const [request, reply] of script) {
    expect(step.done ? "(ended)" : describeRequest(step.value)).toBe(request);
    if (step.done === true) return step.value;
    requests.push(step.value);
    step = dialogue.next(toReply(reply));
  }
  if (step.done !== true) throw new Error(`the script ends before ${describeRequest(step.value)}`);
  return step.value;
}
