import { concatBytes } from "@cardwire/core";
import type { Type5Tag } from "@cardwire/iso15693";
import type { Iso15693Dump, SlixFacts, UnreadRange } from "@cardwire/virtual";
import { ifGiven } from "./given.ts";

/** Reads an ISO/IEC 15693 tag: memory, locks, and the signature of an ICODE SLIX 2. */
export async function readIso15693(tag: Type5Tag, signal: AbortSignal): Promise<Iso15693Dump> {
  const { information, blockBytes, blocks } = await tag.readAll({ signal });
  const unread: UnreadRange[] = [];
  blocks.forEach((block, index) => {
    if (block === undefined) unread.push({ offset: index * blockBytes, length: blockBytes });
  });
  const locks = await ifGiven(() => tag.readLocks(0, blocks.length, { signal }));
  const signature = isIcode(information.uid) ? await ifGiven(() => tag.readIcodeSignature({ signal })) : undefined;
  return {
    kind: "iso15693",
    uid: information.uid,
    dsfid: information.dsfid ?? 0,
    afi: information.afi ?? 0,
    icReference: information.icReference,
    // no command tells
    dsfidLocked: false,
    afiLocked: false,
    blockBytes,
    memory: concatBytes(...blocks.map((block) => block ?? new Uint8Array(blockBytes))),
    unread,
    blockLocked: blocks.map((_, index) => locks?.[index] ?? false),
    slix: signature && { ...UNKNOWN_SLIX, signature },
  };
}

/** NXP's ICODEs: maker 04, product family 01 (ICODE SLIX 2 data sheet, section 9.2.2). */
function isIcode(uid: Uint8Array): boolean {
  return uid[6] === 0x04 && uid[5] === 0x01;
}

/** Passwords and protection cannot be read. */
const UNKNOWN_SLIX: Omit<SlixFacts, "signature"> = {
  passwords: {},
  privacyMode: false,
  protectionPointer: undefined,
  protectionCondition: undefined,
  easLocked: false,
  protectionLocked: false,
  acceptsAllPasswords: false,
};
