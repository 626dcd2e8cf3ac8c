import {
  type CardSession,
  type ConformanceProfile,
  type RfLink,
  type RfReply,
  type RfRequest,
  runDialogue,
  type TransmitOutcome,
} from "@cardwire/core";
import type { TagConnection } from "@cardwire/storage-card/tag-access";
import { mifareUltralight } from "../src/index.ts";
import type { MifareUltralightTag } from "../src/virtual.ts";
import { describeRfRequest as describeRequest } from "@cardwire/core/testing";

/** A reader with a tag on it: what an application has, down to the silicon. */
export interface Reader {
  readonly connection: TagConnection;
  readonly session: CardSession;
  /** What went over the air since the tag was activated, in words. */
  readonly air: string[];
  /** The commands that the application sent. */
  readonly commands: Uint8Array[];
  /** Pulls the tag when so many more requests have been made. */
  pullAfter(requests: number): void;
}

/** Lays a tag on a reader. */
export function layOn(tag: MifareUltralightTag, profile: ConformanceProfile = "documented"): Reader {
  const air: string[] = [];
  const commands: Uint8Array[] = [];
  let left = Number.POSITIVE_INFINITY;

  const perform = (request: RfRequest): RfReply => {
    air.push(describeRequest(request));
    if (left-- <= 0) return { kind: "failure", reason: request.kind === "frame" ? "timeout" : "link-lost" };
    switch (request.kind) {
      case "frame": {
        const reply = tag.receive(request);
        if (request.expect === "nothing") return { kind: "done" };
        return reply ?? { kind: "failure", reason: "timeout" };
      }
      case "reselect":
        return tag.select() === undefined ? { kind: "failure", reason: "link-lost" } : { kind: "done" };
      default:
        return { kind: "failure", reason: "unsupported" };
    }
  };
  const link: RfLink = { exchange: perform };

  tag.setPowered(true);
  const [target] = tag.select() ?? [];
  if (target === undefined) throw new Error("the tag does not answer");
  const session = runDialogue(mifareUltralight.activate(target, { profile }), link) as CardSession;
  air.length = 0;
  return {
    session,
    air,
    commands,
    pullAfter(requests) {
      left = requests;
    },
    connection: {
      async transmit(command) {
        const bytes = new Uint8Array(command as Uint8Array);
        commands.push(bytes);
        const outcome = await runDialogue<TransmitOutcome>(session.transmit(bytes, 65_538), link);
        if (outcome.status !== 0) throw new Error(`status ${outcome.status.toString(16)}`);
        if (outcome.cardLost && left <= 0) throw new Error("card removed");
        return outcome.response;
      },
    },
  };
}
