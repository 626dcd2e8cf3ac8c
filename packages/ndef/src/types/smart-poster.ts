import { NdefError } from "../wire/errors.ts";
import { encodeRecords } from "../wire/encode.ts";
import { parseRecords } from "../wire/parse.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { uintBytes } from "./integers.ts";
import { parseMediaType } from "./media-type.ts";
import { mimeRecord, type NdefMime, parseMime } from "./mime.ts";
import { hasType, payloadOf, type RecordLike } from "./record-like.ts";
import { asciiBytes, decodeUtf8, NO_BYTES, utf8Bytes } from "./strings.ts";
import { type NdefText, parseText, textRecord } from "./text.ts";
import { parseUri, uriRecord } from "./uri.ts";

/** What is to be done with the object of a smart poster. */
export type SmartPosterAction = "do" | "save" | "edit";

/** The content of a smart poster (RTD Smart Poster 1.0). */
export interface NdefSmartPoster {
  readonly uri: string;
  /** One for each language. */
  readonly titles: readonly NdefText[];
  /** `undefined`: none, or one that is reserved. */
  readonly action: SmartPosterAction | undefined;
  /** Size of the object that the URI names, in bytes. */
  readonly sizeBytes: number | undefined;
  /** MIME type of that object. */
  readonly objectType: string | undefined;
  readonly icons: readonly NdefMime[];
}

/** What a smart poster is made of. */
export interface SmartPosterInit {
  readonly uri: string;
  readonly titles?: readonly { readonly text: string; readonly lang?: string }[];
  readonly action?: SmartPosterAction;
  readonly sizeBytes?: number;
  readonly objectType?: string;
  readonly icons?: readonly NdefMime[];
}

const ACTIONS: readonly SmartPosterAction[] = ["do", "save", "edit"];

/** Decodes a smart poster. Records that it does not know are ignored. @throws NdefError */
export function parseSmartPoster(record: RecordLike): NdefSmartPoster {
  const { records } = parseRecords(payloadOf(record, Tnf.wellKnown, "Sp"));
  const uris = records.filter((one) => hasType(one, Tnf.wellKnown, "U"));
  const [uri] = uris;
  if (uri === undefined || uris.length > 1)
    throw new NdefError("INVALID_VALUE", `has exactly one URI record, not ${uris.length}`, { field: "smart poster" });
  const action = only(records, "act", "action")?.payload;
  const size = only(records, "s", "size")?.payload;
  const objectType = only(records, "t", "type")?.payload;
  if (action !== undefined && action.length !== 1)
    throw new NdefError("INVALID_VALUE", `has 1 byte, not ${action.length}`, { field: "action" });
  if (size !== undefined && size.length !== 4)
    throw new NdefError("INVALID_VALUE", `has 4 bytes, not ${size.length}`, { field: "size" });
  return {
    uri: parseUri(uri),
    titles: records.filter((one) => hasType(one, Tnf.wellKnown, "T")).map((one) => parseText(one)),
    action: action && ACTIONS[action[0] ?? 0xff],
    sizeBytes: size?.reduce((value, byte) => value * 256 + byte, 0),
    objectType: objectType && decodeUtf8(objectType, "type", 0),
    icons: records.filter(isIcon).map((one) => parseMime(one)),
  };
}

/** Makes a smart poster: the URI first, then titles, action, icons, size and type. @throws NdefError */
export function smartPosterRecord(init: SmartPosterInit, options: { readonly id?: Uint8Array } = {}): RawRecord {
  const { uri, titles = [], action, sizeBytes, objectType, icons = [] } = init;
  const local = (type: string, payload: Uint8Array): RawRecord => wellKnown(type, payload, NO_BYTES);
  const records = [
    uriRecord(uri),
    ...titles.map(({ text, lang }) => textRecord(text, lang === undefined ? {} : { lang })),
    ...(action === undefined ? [] : [local("act", Uint8Array.of(ACTIONS.indexOf(action)))]),
    ...icons.map((icon) => mimeRecord(icon.mediaType, icon.data)),
    ...(sizeBytes === undefined ? [] : [local("s", uintBytes(sizeBytes, 4, "size"))]),
    ...(objectType === undefined ? [] : [local("t", utf8Bytes(objectType))]),
  ];
  return wellKnown("Sp", encodeRecords(records), options.id ?? NO_BYTES);
}

function wellKnown(type: string, payload: Uint8Array, id: Uint8Array): RawRecord {
  return { tnf: Tnf.wellKnown, type: asciiBytes(type, "TYPE"), id, payload };
}

function only(records: readonly RawRecord[], type: string, field: string): RawRecord | undefined {
  const found = records.filter((one) => hasType(one, Tnf.wellKnown, type));
  if (found.length > 1) throw new NdefError("INVALID_VALUE", `stands ${found.length} times`, { field });
  return found[0];
}

function isIcon(record: RawRecord): boolean {
  if (record.tnf !== Tnf.mime) return false;
  const essence = parseMediaType(parseMime(record).mediaType)?.essence ?? "";
  return essence.startsWith("image/") || essence.startsWith("video/");
}
