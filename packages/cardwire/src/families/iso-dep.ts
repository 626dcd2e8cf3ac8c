import { Type4Tag } from "@cardwire/iso-dep";
import type { Family } from "./family.ts";

/** Cards of ISO/IEC 14443-4 in a contactless reader: what an answer to reset of a storage card never names. */
export const isoDepFamily: Family<"iso-dep", Type4Tag> = {
  name: "iso-dep",
  accepts: () => false,
  open({ connection }) {
    const tag = new Type4Tag(connection);
    return { helper: tag, ndef: tag.ndef };
  },
};
