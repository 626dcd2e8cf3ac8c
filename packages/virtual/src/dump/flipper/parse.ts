import { DumpError } from "../errors.ts";
import type { TagDump } from "../model.ts";
import { parseClassic } from "./classic.ts";
import { parseFelica } from "./felica.ts";
import { FlipperFile, type FlipperReadOptions } from "./file.ts";
import { parseIdentityA, parseIdentityB, readIdentityA } from "./identity.ts";
import { parseIso15693 } from "./iso15693.ts";
import { parseSt25tb } from "./st25tb.ts";
import { FLIPPER_TYPES, parseUltralight } from "./ultralight.ts";

/** The first line of every such file. */
export const FLIPPER_FILETYPE = "Flipper NFC device";

/**
 * Reads a Flipper `.nfc` file of version 2, 3 or 4 (NFC Flipper File Formats).
 *
 * @throws DumpError
 */
export function parseFlipper(text: string, options: FlipperReadOptions): TagDump {
  const file = new FlipperFile(text, options);
  if (file.string("Filetype") !== FLIPPER_FILETYPE)
    throw new DumpError("UNKNOWN_FORMAT", `"${file.string("Filetype")}" is no "${FLIPPER_FILETYPE}"`, {
      field: "Filetype",
      line: file.lineOf("Filetype"),
    });
  const version = file.decimal("Version", 0xffff_ffff);
  if (version < 2 || version > 4) throw file.error("UNSUPPORTED_VERSION", "Version", `${version} is not 2, 3 or 4`);
  const type = file.string("Device type");
  switch (type) {
    case "NTAG/Ultralight":
      return parseUltralight(file, version, file.string("NTAG/Ultralight type"), "NTAG/Ultralight type");
    case "Mifare Classic":
      return parseClassic(file, version);
    case "FeliCa":
      return parseFelica(file);
    case "ISO15693-3":
    case "ISO15693":
    case "SLIX":
    case "SLIX-S":
    case "SLIX-L":
    case "SLIX2":
      return parseIso15693(file, type.startsWith("SLIX"));
    case "ST25TB":
      return parseSt25tb(file);
    case "UID":
    case "ISO14443-3A":
    case "ISO14443-4A":
      return parseIdentityA(file, version);
    case "ISO14443-3B":
    case "ISO14443-4B":
      return parseIdentityB(file);
    default:
      // up to version 3 the product itself was the device type
      if (version < 4 && FLIPPER_TYPES.has(type)) return parseUltralight(file, version, type, "Device type");
      if (file.has("ATQA")) readIdentityA(file, version);
      throw file.error("UNSUPPORTED_KIND", "Device type", `dumps of "${type}" are not read`);
  }
}
