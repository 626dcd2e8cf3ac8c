import { concatBytes } from "@cardwire/core";
import { ultralightProducts } from "@cardwire/mifare-ultralight";
import { createMifareUltralightTag } from "@cardwire/mifare-ultralight/virtual";
import { DumpError } from "../dump/errors.ts";
import type { UltralightDump } from "../dump/model.ts";
import { readablePagesOf } from "../dump/ultralight-products.ts";
import { type DumpTag, type SiliconOptions, withDump } from "./family.ts";

/** "BREAKMEIFYOUCAN!", the key with which an Ultralight C leaves the factory (MF0ICU2 data sheet, section 7.5.5). */
const ULTRALIGHT_C_FACTORY_KEY = Uint8Array.from("BREAKMEIFYOUCAN!", (letter) => letter.charCodeAt(0));

/** MIFARE Ultralight or NTAG silicon for a dump. @throws DumpError NO_SILICON when the dump does not tell which product. */
export function loadMifareUltralight(dump: UltralightDump, options: SiliconOptions): DumpTag {
  const { product, version, signature, counters, tearing, failedAuthentications } = dump;
  if (product === undefined)
    throw new DumpError("NO_SILICON", `no product is known that has ${dump.memory.length / 4} pages`);
  const facts = ultralightProducts[product];
  const readableBytes = readablePagesOf(product) * 4;
  const isWithoutKey =
    product === "MIFARE Ultralight C" &&
    (dump.memory.length === readableBytes || dump.unread.some(({ offset }) => offset >= readableBytes));
  const tag = createMifareUltralightTag(
    {
      product,
      pages: isWithoutKey ? concatBytes(dump.memory.subarray(0, readableBytes), ULTRALIGHT_C_FACTORY_KEY) : dump.memory,
      ...(version && { version }),
      // an Ultralight AES has a longer one than dumps have room for
      ...(signature?.length === facts.signatureBytes && signature && { signature }),
      ...(counters && { counters }),
      ...(tearing && { tearing }),
      ...(failedAuthentications !== undefined && { authenticationFailures: failedAuthentications }),
    },
    options,
  );
  return withDump(tag, () => {
    const image = tag.toImage();
    return {
      ...dump,
      memory: image.pages.slice(0, dump.memory.length),
      unread: [],
      counters: triple(image.counters) ?? counters,
      tearing: triple(image.tearing) ?? tearing,
      failedAuthentications: image.authenticationFailures ?? failedAuthentications,
    };
  });
}

function triple(values: readonly number[] | undefined): readonly [number, number, number] | undefined {
  return values && [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];
}
