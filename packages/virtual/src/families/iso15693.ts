import { equalBytes } from "@cardwire/core";
import { createIso15693Tag, type IcodeFeatures } from "@cardwire/iso15693/virtual";
import type { Iso15693Dump, SlixFacts } from "../dump/model.ts";
import { type DumpTag, type SiliconOptions, withDump } from "./family.ts";

/** ISO/IEC 15693 silicon for a dump. */
export function loadIso15693(dump: Iso15693Dump, options: SiliconOptions): DumpTag {
  const { uid, dsfid, afi, blockBytes, memory, dsfidLocked, afiLocked, slix } = dump;
  const tag = createIso15693Tag(
    {
      ...((slix !== undefined || isIcode(uid)) && { name: "ICODE", icode: slix ? features(slix) : {} }),
      uid,
      dsfid,
      afi,
      icReference: dump.icReference ?? 0,
      blockBytes,
      memory,
      lockedBlocks: Uint8Array.from(dump.blockLocked, Number),
      dsfidLocked,
      afiLocked,
      // one byte does not number more blocks
      extendedCommands: dump.blockLocked.length > 256,
    },
    options,
  );
  const factory = tag.toImage().icode;
  return withDump(tag, () => {
    const image = tag.toImage();
    return {
      ...dump,
      dsfid: image.dsfid,
      afi: image.afi,
      dsfidLocked: image.dsfidLocked ?? dsfidLocked,
      afiLocked: image.afiLocked ?? afiLocked,
      memory: image.memory,
      blockLocked: image.lockedBlocks ? Array.from(image.lockedBlocks, (lock) => lock !== 0) : dump.blockLocked,
      slix: slix && image.icode && factory ? changed(slix, image.icode, factory) : slix,
    };
  });
}

/** NXP's ICODEs have passwords and EAS, whether the file knows of them or not: maker 04, product family 01. */
function isIcode(uid: Uint8Array): boolean {
  return uid[6] === 0x04 && uid[5] === 0x01;
}

function features(slix: SlixFacts): IcodeFeatures {
  return {
    passwords: slix.passwords,
    privacyMode: slix.privacyMode,
    easLocked: slix.easLocked,
    protectionLocked: slix.protectionLocked,
    ...(slix.signature && { signature: slix.signature }),
    ...(slix.protectionPointer !== undefined && { protectionPointer: slix.protectionPointer }),
    ...(slix.protectionCondition !== undefined && { protectionCondition: slix.protectionCondition }),
  };
}

/** What the file said, and what has changed since: what it left to the factory's values stays so until then. */
function changed(slix: SlixFacts, icode: IcodeFeatures, factory: IcodeFeatures): SlixFacts {
  const passwords = { ...slix.passwords };
  for (const name of ["read", "write", "privacy", "destroy", "eas"] as const) {
    const now = icode.passwords?.[name];
    const then = factory.passwords?.[name];
    if (now !== undefined && (then === undefined || !equalBytes(now, then))) passwords[name] = now;
  }
  const either = <Value>(said: Value, now: Value | undefined, then: Value | undefined): Value =>
    now === undefined || now === then ? said : now;
  return {
    ...slix,
    passwords,
    privacyMode: either(slix.privacyMode, icode.privacyMode, factory.privacyMode),
    easLocked: either(slix.easLocked, icode.easLocked, factory.easLocked),
    protectionLocked: either(slix.protectionLocked, icode.protectionLocked, factory.protectionLocked),
    protectionPointer: either(slix.protectionPointer, icode.protectionPointer, factory.protectionPointer),
    protectionCondition: either(slix.protectionCondition, icode.protectionCondition, factory.protectionCondition),
  };
}
