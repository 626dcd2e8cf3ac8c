import { fromHex, type RfLink, type RfReply, type RfRequest, toHex } from "@cardwire/core";

/** What the script's tag answers: hexadecimal digits, a failure, or "done". */
export type ScriptedReply = string;

const FAILURES = ["timeout", "crc", "authentication", "link-lost", "unsupported"] as const;

/** An RF request as a line of a script. */
export function describeRequest(request: RfRequest): string {
  switch (request.kind) {
    case "frame":
      return toHex(request.data);
    case "mifare-authenticate":
      return `auth ${request.keyType} ${request.block} ${toHex(request.key)} ${toHex(request.uid)}`;
    default:
      return request.kind;
  }
}

function reply(text: ScriptedReply): RfReply {
  if (text === "done") return { kind: "done" };
  const failure = FAILURES.find((reason) => reason === text);
  if (failure !== undefined) return { kind: "failure", reason: failure };
  const data = fromHex(text);
  return { kind: "frame", data, lastBits: data.length === 1 ? 4 : 8 };
}

/** A link that answers from a list and keeps what it was asked. Asked more than the list has, it throws. */
export function scriptedAir(...replies: readonly ScriptedReply[]): RfLink & { readonly requests: string[] } {
  const left = [...replies];
  const requests: string[] = [];
  return {
    requests,
    exchange(request): RfReply {
      requests.push(describeRequest(request));
      const next = left.shift();
      if (next === undefined) throw new Error(`nothing scripted for ${describeRequest(request)}`);
      return reply(next);
    },
  };
}
