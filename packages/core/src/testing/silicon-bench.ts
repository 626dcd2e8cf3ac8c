import { type BytesSource, copyBytes } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { type RfLink, type RfReply, type RfRequest, runDialogue } from "../rf.ts";
import type { CardFamily, CardSession, ConformanceProfile, VirtualTag } from "../tag.ts";
import { atOnce, describeRfRequest } from "./scripted-air.ts";

/** A family's session over a family's silicon, with nothing between them. */
export interface SiliconBench extends RfLink {
  readonly session: CardSession;
  /** Every request to the tag so far, as `describeRfRequest` writes them. Emptied by the test at will. */
  readonly requests: string[];
  /** Sends an APDU as a connection would. */
  transmit(command: BytesSource, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
  /** From the request after so many on, the tag is gone. */
  pullAfter(requests: number): void;
}

/** What a reader can take, SW included. */
const RESPONSE_LIMIT = 65_538;

/**
 * Selects the tag and opens the family's session with it: the shortest way from APDUs to silicon, for tests of families
 * and their helpers.
 *
 * @throws UsageError when the family does not accept the tag.
 */
export function siliconBench(
  family: CardFamily,
  tag: VirtualTag,
  profile: ConformanceProfile = "documented",
): SiliconBench {
  const requests: string[] = [];
  let left = Number.POSITIVE_INFINITY;
  const link: RfLink = {
    exchange(request): RfReply {
      requests.push(describeRfRequest(request));
      return left-- > 0
        ? perform(tag, request)
        : { kind: "failure", reason: request.kind === "frame" ? "timeout" : "link-lost" };
    },
  };
  tag.setPowered(true);
  const targets = tag.select();
  const target = targets?.find((candidate) => family.accepts(candidate));
  if (targets === undefined || target === undefined) throw new UsageError(`${family.name} does not accept ${tag.name}`);
  const session = atOnce(runDialogue(family.activate(target, { profile, targets }), link));
  requests.length = 0;
  return {
    session,
    requests,
    exchange: (request) => link.exchange(request),
    async transmit(command, options) {
      options?.signal?.throwIfAborted();
      const outcome = await runDialogue(session.transmit(copyBytes(command), RESPONSE_LIMIT), link);
      if (outcome.cardLost) throw new UsageError("the tag is gone");
      if (outcome.status !== 0) throw new UsageError(`NTSTATUS ${outcome.status.toString(16)}`);
      return outcome.response;
    },
    pullAfter(count) {
      left = count;
    },
  };
}

function perform(tag: VirtualTag, request: RfRequest): RfReply {
  switch (request.kind) {
    case "frame":
      return tag.receive(request) ?? { kind: "failure", reason: "timeout" };
    case "mifare-authenticate":
      return tag.authenticate?.(request) === true ? { kind: "done" } : { kind: "failure", reason: "authentication" };
    case "reselect":
      return tag.select(request.target) === undefined ? { kind: "failure", reason: "link-lost" } : { kind: "done" };
    case "field":
      tag.setPowered(request.on);
      return { kind: "done" };
    default:
      return { kind: "failure", reason: "unsupported" };
  }
}
