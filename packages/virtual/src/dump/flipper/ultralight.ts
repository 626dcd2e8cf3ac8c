import { equalBytes } from "@cardwire/core";
import type { UltralightProductName } from "@cardwire/mifare-ultralight";
import { isBlank, rangesOf } from "../bits.ts";
import type { UltralightDump } from "../model.ts";
import { pagesOf, productByPages, productByVersion, readablePagesOf } from "../ultralight-products.ts";
import type { FlipperFile } from "./file.ts";
import { readIdentityA } from "./identity.ts";

/** How the Flipper spells the products. */
export const FLIPPER_TYPES: ReadonlyMap<string, UltralightProductName> = new Map([
  ["Mifare Ultralight", "MIFARE Ultralight"],
  ["Mifare Ultralight C", "MIFARE Ultralight C"],
  ["Mifare Ultralight 11", "MIFARE Ultralight EV1 48"],
  ["Mifare Ultralight 21", "MIFARE Ultralight EV1 128"],
  ["Mifare Ultralight AES", "MIFARE Ultralight AES"],
  ["NTAG203", "NTAG203"],
  ["NTAG210", "NTAG210"],
  ["NTAG212", "NTAG212"],
  ["NTAG213", "NTAG213"],
  ["NTAG215", "NTAG215"],
  ["NTAG216", "NTAG216"],
  ["NTAG I2C 1K", "NTAG I2C 1k"],
  ["NTAG I2C 2K", "NTAG I2C 2k"],
  ["NTAG I2C Plus 1K", "NTAG I2C plus 1k"],
  ["NTAG I2C Plus 2K", "NTAG I2C plus 2k"],
]);

const MAX_PAGES = 512;

/** Reads the NTAG/Ultralight part of a Flipper file. @param typeKey where `typeName` stands. */
export function parseUltralight(file: FlipperFile, version: number, typeName: string, typeKey: string): UltralightDump {
  const named = FLIPPER_TYPES.get(typeName);
  if (named === undefined) throw file.error("UNSUPPORTED_KIND", typeKey, `no product "${typeName}" is known`);
  const identity = readIdentityA(file, version);

  const total = file.decimal("Pages total", MAX_PAGES);
  const getVersion = optionalBytes(file, "Mifare version", 8);
  const product = productOf(named, total, getVersion);
  const expected = pagesOf(product);
  if (total > expected) throw file.error("DAMAGED", "Pages total", `a ${product} has ${expected} pages, not ${total}`);
  // files of the first firmware versions say nothing of partial reads
  const read = file.has("Pages read") ? file.decimal("Pages read", total) : total;
  if (read < Math.min(total, readablePagesOf(product)) && !file.allowPartial)
    throw file.error("PARTIAL", "Pages read", `only ${read} of ${total} pages were read`);

  const memory = new Uint8Array(total * 4);
  const unread = new Set<number>();
  for (let page = 0; page < total; page++) {
    const { bytes, unread: missing } = file.maybeBytes(`Page ${page}`, 4);
    memory.set(bytes, page * 4);
    for (const index of page < read ? missing : [0, 1, 2, 3]) unread.add(page * 4 + index);
  }
  if (file.has(`Page ${total}`))
    throw file.error("DAMAGED", `Page ${total}`, `"Pages total" says that the last page is ${total - 1}`);
  const inMemory = Uint8Array.of(...memory.subarray(0, 3), ...memory.subarray(4, 8));
  if (read >= 2 && !equalBytes(inMemory, identity.uid))
    throw file.error("DAMAGED", "UID", "is not the one in pages 0 and 1");

  return {
    kind: "mifare-ultralight",
    product,
    ...identity,
    memory,
    unread: rangesOf(unread),
    version: getVersion,
    signature: optionalBytes(file, "Signature", 32),
    ...counters(file),
    failedAuthentications: file.has("Failed authentication attempts")
      ? file.decimal("Failed authentication attempts", 0xffff)
      : undefined,
  };
}

/** Some programs write the plain Ultralight for every product; its memory is then too long, and tells which one it is. */
function productOf(
  named: UltralightProductName,
  total: number,
  version: Uint8Array | undefined,
): UltralightProductName {
  if (named !== "MIFARE Ultralight" || total === pagesOf(named)) return named;
  return (version && productByVersion(version)) ?? productByPages(total) ?? named;
}

/** The file has the field for every product; zeros are those that do not know the command. */
function optionalBytes(file: FlipperFile, key: string, length: number): Uint8Array | undefined {
  if (!file.has(key)) return undefined;
  const bytes = file.bytes(key, length);
  return isBlank(bytes) ? undefined : bytes;
}

function counters(file: FlipperFile): Pick<UltralightDump, "counters" | "tearing"> {
  if (!file.has("Counter 0")) return { counters: undefined, tearing: undefined };
  const counter = (index: number): number => file.decimal(`Counter ${index}`, 0xff_ffff);
  const tearing = (index: number): number => file.byte(`Tearing ${index}`);
  return { counters: [counter(0), counter(1), counter(2)], tearing: [tearing(0), tearing(1), tearing(2)] };
}
