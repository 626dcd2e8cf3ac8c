import { type Ats, parseAts } from "@cardwire/iso-dep";
import {
  createIsoDepCard,
  createType4Application,
  type IsoDepApplicationLike,
  type IsoDepCardOptions,
} from "@cardwire/iso-dep/virtual";
import { DumpError } from "../dump/errors.ts";
import type { DumpIdentityA, NfcAIdentityDump, NfcBIdentityDump, Type4Dump } from "../dump/model.ts";
import { type DumpTag, withDump } from "./family.ts";

/** SAK: the card understands ISO/IEC 14443-4 (ISO/IEC 14443-3 section 6.5.3). */
const SAK_ISO_DEP = 0x20;
/** Protocol type of ATQB: likewise (ISO/IEC 14443-3 section 7.9.4.4). */
const PROTOCOL_ISO_DEP = 0x01;
const SELECT = 0xa4;

/** ISO-DEP silicon for a tag of which the NDEF files are known. */
export function loadType4(dump: Type4Dump): DumpTag {
  const application = createType4Application({
    container: dump.container,
    files: new Map(dump.files.map(({ id, data }) => [id, data])),
  });
  const tag = createIsoDepCard(cardOptions(dump, dump.ats, "Type 4 tag", application));
  return withDump(tag, () => {
    const { container, files } = application.toImage();
    return { ...dump, container, files: [...files].map(([id, data]) => ({ id, data })) };
  });
}

/**
 * ISO-DEP silicon for a card of which only the anticollision is known: it has no application, and says so to whatever is
 * selected.
 *
 * @throws DumpError NO_SILICON for a card that does not understand ISO-DEP.
 */
export function loadIdentityA(dump: NfcAIdentityDump): DumpTag {
  if (dump.ats === undefined && (dump.sak & SAK_ISO_DEP) === 0) throw noSilicon(dump.kind);
  const tag = createIsoDepCard(cardOptions(dump, dump.ats, "ISO-DEP card", nothing));
  return withDump(tag, () => dump);
}

/** The same of type B. @throws DumpError NO_SILICON for a card that does not understand ISO-DEP. */
export function loadIdentityB(dump: NfcBIdentityDump): DumpTag {
  const { pupi, applicationData, protocolInfo } = dump;
  if (((protocolInfo[1] ?? 0) & PROTOCOL_ISO_DEP) === 0) throw noSilicon(dump.kind);
  return withDump(createIsoDepCard({ pupi, applicationData, protocolInfo, application: nothing }), () => dump);
}

function cardOptions(
  { uid, atqa, sak }: DumpIdentityA,
  ats: Uint8Array | undefined,
  name: string,
  application: IsoDepApplicationLike,
): IsoDepCardOptions {
  const known: Ats | undefined = ats && parseAts(ats);
  return { uid, atqa, sak, name, application, ...(known && { ats: known }) };
}

/** No file or application is there; other commands are not known. */
function nothing(command: Uint8Array): Uint8Array {
  return command[1] === SELECT ? Uint8Array.of(0x6a, 0x82) : Uint8Array.of(0x6d, 0x00);
}

function noSilicon(kind: string): DumpError {
  return new DumpError("NO_SILICON", `there is no silicon for a ${kind} that does not understand ISO/IEC 14443-4`);
}
