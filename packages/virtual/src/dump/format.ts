import { concatBytes } from "@cardwire/core";
import { DumpError } from "./errors.ts";
import { formatFlipper } from "./flipper/format.ts";
import type { ClassicDump, ClassicKeysDump, DumpFormat, TagDump } from "./model.ts";
import { CLASSIC_SIZES, trailerOfSector } from "./classic-sizes.ts";
import { formatOwnJson } from "./own/format.ts";
import { formatProxmarkJson } from "./proxmark/format.ts";
import { formatMfuHeader } from "./proxmark/mfu-binary.ts";
import { withoutHiddenPages } from "./ultralight-products.ts";
import { formatEml, formatRaw } from "./raw/format.ts";

/**
 * Writes a dump as the bytes of a file.
 *
 * @throws DumpError NOT_REPRESENTABLE when the format cannot hold such a tag, PARTIAL when it cannot say what was not read.
 */
export function formatDump(dump: TagDump, format: DumpFormat): Uint8Array {
  // these two say themselves what was not read
  if (format === "json") return new TextEncoder().encode(formatOwnJson(dump));
  if (format === "flipper") return new TextEncoder().encode(formatFlipper(dump));
  return formatWhole(dump.kind === "mifare-ultralight" ? withoutHiddenPages(dump) : dump, format);
}

function formatWhole(dump: TagDump, format: Exclude<DumpFormat, "json" | "flipper">): Uint8Array {
  switch (format) {
    case "proxmark3-json":
      return new TextEncoder().encode(formatProxmarkJson(dump));
    case "proxmark3-bin":
      return formatProxmarkBinary(dump);
    case "raw":
      return formatRaw(dump);
    case "eml":
      return new TextEncoder().encode(formatEml(dump));
  }
}

/** The client writes memory as it is, or behind a header; of other tags its own structure in memory, which no file is made of. */
function formatProxmarkBinary(dump: TagDump): Uint8Array {
  switch (dump.kind) {
    case "mifare-ultralight":
      return concatBytes(formatMfuHeader(dump), formatRaw(dump));
    case "iso14443b-memory":
      return concatBytes(formatRaw(dump), dump.systemBlock ?? new Uint8Array(0));
    case "mifare-classic":
    case "mifare-classic-keys":
      return formatRaw(dump);
    default:
      throw new DumpError("NOT_REPRESENTABLE", `a Proxmark3 binary file cannot hold ${dump.kind}`);
  }
}

/** The keys that a dump of a MIFARE Classic has in its trailers, for a key file. @throws DumpError PARTIAL */
export function classicKeysOf(dump: ClassicDump): ClassicKeysDump {
  const key = (sector: number, at: number): Uint8Array => {
    const offset = trailerOfSector(sector) * 16 + at;
    if (dump.unread.some((range) => range.offset < offset + 6 && offset < range.offset + range.length))
      throw new DumpError("PARTIAL", `a key of sector ${sector} was not read`, { offset });
    return dump.memory.slice(offset, offset + 6);
  };
  const sectors = Array.from({ length: CLASSIC_SIZES[dump.size].sectors }, (_, sector) => sector);
  return {
    kind: "mifare-classic-keys",
    size: dump.size,
    keysA: sectors.map((sector) => key(sector, 0)),
    keysB: sectors.map((sector) => key(sector, 10)),
  };
}
