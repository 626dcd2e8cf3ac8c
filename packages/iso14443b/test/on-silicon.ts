import {
  type ConformanceProfile,
  copyBytes,
  type RfReply,
  type RfRequest,
  runDialogue,
  SmartCardError,
} from "@cardwire/core";
import { atOnce, describeRfRequest } from "@cardwire/core/testing";
import type { TagConnection } from "@cardwire/storage-card/tag-access";
import { iso14443b } from "../src/index.ts";
import type { TypeBMemoryTag } from "../src/virtual.ts";

/** A connection to silicon through this family's session, and what went over the air. */
export interface OnSilicon extends TagConnection {
  /** APDUs so far. */
  readonly apdus: Uint8Array[];
  /** Requests so far, as `describeRfRequest` writes them. */
  readonly air: string[];
  /** Bytes of frames so far, without CRC. */
  readonly bytes: { sent: number; received: number };
  /** The tag is pulled when so many more requests have been answered. */
  pullAfter: number;
}

/** Lays silicon under a reader of one profile, and gives an application's connection to it. */
export function onSilicon(tag: TypeBMemoryTag, profile: ConformanceProfile = "documented"): OnSilicon {
  tag.setPowered(true);
  const target = tag.select()?.[0];
  if (target === undefined) throw new Error("the tag does not answer");
  const bytes = { sent: 0, received: 0 };
  const air: string[] = [];
  const apdus: Uint8Array[] = [];
  let gone = false;
  const answer = (request: RfRequest): RfReply => {
    if (connection.pullAfter-- === 0) tag.setPowered(false);
    air.push(describeRfRequest(request));
    switch (request.kind) {
      case "frame": {
        bytes.sent += request.data.length;
        const reply = tag.receive(request);
        bytes.received += reply?.data.length ?? 0;
        return reply ?? { kind: "failure", reason: "timeout" };
      }
      case "reselect":
        return tag.select() === undefined ? { kind: "failure", reason: "link-lost" } : { kind: "done" };
      default:
        return { kind: "failure", reason: "unsupported" };
    }
  };
  const link = { exchange: answer };
  const session = atOnce(runDialogue(iso14443b.activate(target, { profile }), link));
  const connection: OnSilicon = {
    air,
    apdus,
    bytes,
    pullAfter: Infinity,
    async transmit(command) {
      if (gone)
        throw new SmartCardError("removed-card", "the card was removed", {
          rawCode: 0x80100069,
          symbol: "SCARD_W_REMOVED_CARD",
        });
      const apdu = copyBytes(command);
      apdus.push(apdu);
      const outcome = atOnce(runDialogue(session.transmit(apdu, 65_538), link));
      gone = outcome.cardLost;
      if (outcome.status !== 0) throw new Error(`status ${outcome.status.toString(16)}`);
      return Promise.resolve(outcome.response);
    },
  };
  return connection;
}
