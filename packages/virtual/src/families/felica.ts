import { concatBytes } from "@cardwire/core";
import { createFelicaTag, type FelicaImage } from "@cardwire/felica/virtual";
import type { FelicaLiteDump, FelicaService, FelicaStandardDump } from "../dump/model.ts";
import { type DumpTag, withDump } from "./family.ts";

/** IC code in the PMm: FeliCa Lite and Lite-S (FeliCa Lite-S user's manual, section 3.2). */
const IC_LITE = 0xf0;
const IC_LITE_S = 0xf1;
/** Only a Lite-S has this block. */
const STATE = 0x92;
/** What a challenge or a computation puts there is not memory: RC, MAC, MAC_A, STATE, CRC_CHECK. */
const NOT_MEMORY: ReadonlySet<number> = new Set([0x80, 0x81, 0x91, STATE, 0xa0]);

/** FeliCa Lite or Lite-S silicon for a dump: which of the two, its IC code or its blocks tell. */
export function loadFelicaLite(dump: FelicaLiteDump): DumpTag {
  const { idm, pmm } = dump;
  const blocks = new Map<number, Uint8Array>();
  for (const block of dump.blocks)
    if (block.statusFlag1 === 0 && !NOT_MEMORY.has(block.number)) blocks.set(block.number, block.data);
  const tag = createFelicaTag({ kind: isLiteS(dump) ? "lite-s" : "lite", idm, pmm, blocks });
  return withDump(tag, () => {
    const now = liteBlocks(tag.toImage());
    return {
      ...dump,
      blocks: dump.blocks.map((block) => {
        const data = blocks.has(block.number) ? now?.get(block.number) : undefined;
        return data === undefined ? block : { ...block, data };
      }),
    };
  });
}

function isLiteS({ pmm, blocks }: FelicaLiteDump): boolean {
  if (pmm[1] === IC_LITE) return false;
  return pmm[1] === IC_LITE_S || blocks.some(({ number, statusFlag1 }) => number === STATE && statusFlag1 === 0);
}

function liteBlocks(image: FelicaImage): ReadonlyMap<number, Uint8Array> | undefined {
  return image.kind === "standard" ? undefined : image.blocks;
}

/** The common area, for a file that does not name the system: polling for any system finds it. */
const UNNAMED_SYSTEM = 0xfe00;

/** FeliCa Standard silicon for a dump. Services with authentication are there, and answer as locked. */
export function loadFelicaStandard(dump: FelicaStandardDump): DumpTag {
  const { idm, pmm } = dump;
  const tag = createFelicaTag({
    kind: "standard",
    idm,
    pmm,
    systems: dump.systems.map(({ code, areas, services }) => ({
      code: code ?? UNNAMED_SYSTEM,
      areas: areas.map((area) => ({ code: area.code, endCode: area.endCode ?? 0xfffe })),
      services: services.map(({ code, blocks }) => ({
        code,
        ...(blocks.length > 0 && { blocks: concatBytes(...blocks) }),
      })),
    })),
  });
  return withDump(tag, () => {
    const image = tag.toImage();
    const systems = image.kind === "standard" ? image.systems : [];
    return {
      ...dump,
      systems: dump.systems.map((system, index) => ({
        ...system,
        services: system.services.map((service): FelicaService => {
          const now = systems[index]?.services.find(({ code }) => code === service.code)?.blocks;
          return now === undefined
            ? service
            : { ...service, blocks: service.blocks.map((_, at) => now.slice(at * 16, at * 16 + 16)) };
        }),
      })),
    };
  });
}
