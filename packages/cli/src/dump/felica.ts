import { isCardwireError, isSmartCardError } from "@cardwire/core";
import {
  FELICA_COMMAND,
  felicaFrame,
  type FelicaIdentity,
  type FelicaTag,
  isFelicaError,
  LITE_SERVICE,
  LITE_SYSTEM,
} from "@cardwire/felica";
import { createTagAccess } from "@cardwire/storage-card/tag-access";
import type { FelicaArea, FelicaLiteBlock, FelicaLiteDump, FelicaService, FelicaStandardDump } from "@cardwire/virtual";
import { dialectOf, type Tap } from "cardwire";
import type { ReadDumpOptions } from "./read-dump.ts";

/** Blocks of a Lite or Lite-S (FeliCa Lite-S user's manual, block list). */
const LITE_BLOCKS: readonly number[] = [
  ...Array.from({ length: 0x0f }, (_, block) => block),
  ...[0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x90, 0x91, 0x92, 0xa0],
];
const BLOCK_BYTES = 16;
/** What a service may have at most, by the block number of two bytes. */
const MOST_BLOCKS = 0x10000;
/** Ends the list of areas and services. */
const NO_MORE = 0xffff;
/** Bit 0 of a service code: no key is wanted (FeliCa card user's manual, section 3.4). */
const WITHOUT_KEY = 0x01;

/** Reads a FeliCa card: all blocks of a Lite or Lite-S, what a Standard gives without keys. */
export async function readFelica(
  tag: FelicaTag,
  tap: Tap,
  options: ReadDumpOptions,
): Promise<FelicaLiteDump | FelicaStandardDump> {
  const { signal } = options.io;
  const identity = await tag.poll(undefined, { signal });
  return isFelicaLite(identity) ? readLite(tag, identity, options) : readStandard(tag, tap, identity, options);
}

/** True for a Lite or Lite-S, whose blocks everybody knows; a Standard has systems and services. */
export function isFelicaLite({ product, systemCode }: FelicaIdentity): boolean {
  return product !== "other" || systemCode === LITE_SYSTEM.LITE;
}

async function readLite(
  tag: FelicaTag,
  { idm, pmm }: FelicaIdentity,
  { io, progress }: ReadDumpOptions,
): Promise<FelicaLiteDump> {
  const blocks: FelicaLiteBlock[] = [];
  for (const number of LITE_BLOCKS) {
    progress.update(`reading block ${blocks.length + 1} of ${LITE_BLOCKS.length}`);
    try {
      const data = await tag.readBlocks(LITE_SERVICE.READ_ONLY, [number], { signal: io.signal });
      blocks.push({ number, statusFlag1: 0, statusFlag2: 0, data });
    } catch (error) {
      if (!isFelicaError(error, "CARD_STATUS")) throw error;
      const flags = error.statusFlags ?? 0xffff;
      const data = new Uint8Array(BLOCK_BYTES);
      blocks.push({ number, statusFlag1: flags >> 8, statusFlag2: flags & 0xff, data });
    }
  }
  return { kind: "felica-lite", idm, pmm, blocks };
}

async function readStandard(
  tag: FelicaTag,
  tap: Tap,
  { idm, pmm, systemCode }: FelicaIdentity,
  { io, progress }: ReadDumpOptions,
): Promise<FelicaStandardDump> {
  const { signal } = io;
  const areas: FelicaArea[] = [];
  const services: FelicaService[] = [];
  const access = createTagAccess(tap.connection, { dialect: dialectOf(tap.reader) });
  for (let index = 0; index < NO_MORE; index++) {
    const frame = felicaFrame(FELICA_COMMAND.SEARCH_SERVICE_CODE, idm, Uint8Array.of(index & 0xff, index >> 8));
    const reply = await access.exchange(frame, { signal });
    // length, response code, IDm; then a service of two bytes, or an area of four
    const node = reply.kind === "failure" ? [] : Array.from(reply.data.subarray(10));
    const [low = 0xff, high = 0xff, endLow, endHigh] = node;
    const code = low | (high << 8);
    if (code === NO_MORE) break;
    if (endLow !== undefined && endHigh !== undefined) {
      areas.push({ code, endCode: endLow | (endHigh << 8) });
      continue;
    }
    progress.update(`reading service ${code.toString(16).toUpperCase().padStart(4, "0")}`);
    services.push({ code, blocks: (code & WITHOUT_KEY) === 0 ? [] : await readService(tag, code, signal) });
  }
  return { kind: "felica-standard", idm, pmm, systems: [{ code: systemCode, areas, services }] };
}

/** All blocks up to the first one that the card does not give. */
async function readService(tag: FelicaTag, service: number, signal: AbortSignal): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  while (blocks.length < MOST_BLOCKS)
    try {
      blocks.push(await tag.readBlocks(service, [blocks.length], { signal }));
    } catch (error) {
      if (!isCardwireError(error) || isSmartCardError(error)) throw error;
      break;
    }
  return blocks;
}
