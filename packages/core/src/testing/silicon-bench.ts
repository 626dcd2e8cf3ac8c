import { type BytesSource, copyBytes } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { type RfLink, type RfReply, type RfRequest, runDialogue } from "../rf.ts";
import { SmartCardError } from "../smart-card-error.ts";
import type { CardFamily, CardSession, ConformanceProfile, VirtualTag } from "../tag.ts";
import { atOnce, describeRfRequest } from "./scripted-air.ts";

/** A family's session over a family's silicon, with nothing between them. */
export interface SiliconBench extends RfLink {
  readonly session: CardSession;
  /** APDUs so far. */
  readonly apdus: Uint8Array[];
  /** Requests to the tag since it was activated, as `describeRfRequest` writes them. */
  readonly air: string[];
  /** Bytes of frames since then, without CRC. */
  readonly bytes: { sent: number; received: number };
  /** The tag is pulled when so many more requests have been answered. */
  pullAfter: number;
  /** Sends an APDU as a connection would: once the card is lost, every call rejects with "removed-card". */
  transmit(command: BytesSource, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
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
  tag.setPowered(true);
  const targets = tag.select();
  const target = targets?.find((candidate) => family.accepts(candidate));
  if (targets === undefined || target === undefined) throw new UsageError(`${family.name} does not accept ${tag.name}`);
  const session = atOnce(runDialogue(family.activate(target, { profile, targets }), linkTo(tag)));
  const air: string[] = [];
  const bytes = { sent: 0, received: 0 };
  const apdus: Uint8Array[] = [];
  const link = linkTo(tag);
  let gone = false;
  const bench: SiliconBench = {
    session,
    apdus,
    air,
    bytes,
    pullAfter: Number.POSITIVE_INFINITY,
    exchange(request) {
      if (bench.pullAfter-- === 0) tag.setPowered(false);
      air.push(describeRfRequest(request));
      const reply = link.exchange(request);
      if (request.kind === "frame") {
        bytes.sent += request.data.length;
        bytes.received += reply.kind === "frame" ? reply.data.length : 0;
      }
      return reply;
    },
    async transmit(command, options) {
      options?.signal?.throwIfAborted();
      if (gone)
        throw new SmartCardError("removed-card", "the card was removed", {
          rawCode: 0x80100069,
          symbol: "SCARD_W_REMOVED_CARD",
        });
      const apdu = copyBytes(command);
      apdus.push(apdu);
      const outcome = await runDialogue(session.transmit(apdu, RESPONSE_LIMIT), bench);
      gone = outcome.cardLost;
      if (outcome.status !== 0) throw new UsageError(`NTSTATUS ${outcome.status.toString(16)}`);
      return outcome.response;
    },
  };
  return bench;
}

/** The tag alone, as a link: what it does not answer is a timeout. */
function linkTo(tag: VirtualTag): { exchange(request: RfRequest): RfReply } {
  return {
    exchange(request) {
      switch (request.kind) {
        case "frame":
          return tag.receive(request) ?? { kind: "failure", reason: "timeout" };
        case "mifare-authenticate":
          return tag.authenticate?.(request) === true
            ? { kind: "done" }
            : { kind: "failure", reason: "authentication" };
        case "reselect":
          return tag.select(request.target) === undefined ? { kind: "failure", reason: "link-lost" } : { kind: "done" };
        case "field":
          tag.setPowered(request.on);
          return { kind: "done" };
        default:
          return { kind: "failure", reason: "unsupported" };
      }
    },
  };
}
