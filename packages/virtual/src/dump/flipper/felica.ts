import { equalBytes } from "@cardwire/core";
import { readHex } from "../bits.ts";
import type { FelicaArea, FelicaLiteBlock, FelicaLiteDump, FelicaService, FelicaStandardDump } from "../model.ts";
import type { FlipperFile } from "./file.ts";

/** The card's block numbers in the order in which the file has them (FeliCa Lite-S User's Manual, block list). */
export const FELICA_LITE_BLOCKS: readonly number[] = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x80, 0x81, 0x82, 0x83,
  0x84, 0x85, 0x86, 0x87, 0x88, 0x90, 0x91, 0x92, 0xa0,
];

/** Blocks that a card may refuse to give, or that only a Lite-S has: write-only, or part of a computation. */
export const MAY_BE_UNREAD: ReadonlySet<number> = new Set([0x80, 0x81, 0x87, 0x90, 0x91, 0x92, 0xa0]);

/** Reads the FeliCa part of a Flipper file: Lite and Lite-S (data format 1 and 2), Standard (data format 2). */
export function parseFelica(file: FlipperFile): FelicaLiteDump | FelicaStandardDump {
  const dataVersion = file.decimal("Data format version", 0xffff);
  if (dataVersion < 1 || dataVersion > 2)
    throw file.error("UNSUPPORTED_VERSION", "Data format version", `${dataVersion} is not 1 or 2`);
  const idm = file.bytes("Manufacture id", 8);
  const pmm = file.bytes("Manufacture parameter", 8);
  if (!equalBytes(file.bytes("UID", 8), idm)) throw file.error("DAMAGED", "UID", 'is not the "Manufacture id"');
  if (dataVersion === 2 && file.has("Service found")) return parseStandard(file, idm, pmm);
  return { kind: "felica-lite", idm, pmm, blocks: liteBlocks(file) };
}

function liteBlocks(file: FlipperFile): FelicaLiteBlock[] {
  const total = file.decimal("Blocks total", FELICA_LITE_BLOCKS.length);
  file.decimal("Blocks read", total);
  const blocks: FelicaLiteBlock[] = [];
  for (const [index, number] of FELICA_LITE_BLOCKS.slice(0, total).entries()) {
    const key = `Block ${index}`;
    const bytes = file.bytes(key, 18);
    const [statusFlag1 = 0, statusFlag2 = 0] = bytes;
    if (statusFlag1 !== 0 && !MAY_BE_UNREAD.has(number) && !file.allowPartial)
      throw file.error("PARTIAL", key, "the card did not give this block");
    blocks.push({ number, statusFlag1, statusFlag2, data: bytes.slice(2) });
  }
  if (file.has(`Block ${total}`))
    throw file.error("DAMAGED", `Block ${total}`, `"Blocks total" says that the last block is ${total - 1}`);
  return blocks;
}

function parseStandard(file: FlipperFile, idm: Uint8Array, pmm: Uint8Array): FelicaStandardDump {
  const systemCount = file.has("System found") ? file.decimal("System found", 16) : 1;
  if (systemCount > 1) throw file.error("UNSUPPORTED_KIND", "System found", "cards of several systems are not read");
  const code = file.has("System 00") ? hexAt(file, "System 00", /^([0-9A-Fa-f]{4})\b/) : undefined;

  const areas: FelicaArea[] = [];
  for (let index = 0, count = file.decimal("Area found", 1024); index < count; index++) {
    const key = `Area ${hex(index, 3)}`;
    const hasEnd = file.string(key).includes("| End");
    areas.push({
      code: hexAt(file, key, /Code ([0-9A-Fa-f]{4})\b/),
      endCode: hasEnd ? hexAt(file, key, /End ([0-9A-Fa-f]{4})\b/) : undefined,
    });
  }

  const services: { code: number; blocks: Uint8Array[] }[] = [];
  for (let index = 0, count = file.decimal("Service found", 1024); index < count; index++)
    services.push({ code: hexAt(file, `Service ${hex(index, 3)}`, /Code ([0-9A-Fa-f]{4})\b/), blocks: [] });

  for (let index = 0, count = file.decimal("Public blocks read", 0xffff); index < count; index++) {
    const key = `Block ${hex(index, 4)}`;
    const serviceCode = hexAt(file, key, /Service code ([0-9A-Fa-f]{4})\b/);
    const number = hexAt(file, key, /Block index ([0-9A-Fa-f]{2})\b/);
    const data = readHex(/Data:([0-9A-Fa-f\s]+)/.exec(file.string(key))?.[1] ?? "")?.bytes;
    if (data?.length !== 16) throw file.error("DAMAGED", key, "a block has 16 bytes of data");
    const service = services.find((one) => one.code === serviceCode);
    if (service?.blocks.length !== number)
      throw file.error(
        "DAMAGED",
        key,
        `block ${number} of service ${hex(serviceCode, 4)} does not follow the one before`,
      );
    service.blocks.push(data);
  }
  const found: FelicaService[] = services;
  return { kind: "felica-standard", idm, pmm, systems: [{ code, areas, services: found }] };
}

function hexAt(file: FlipperFile, key: string, pattern: RegExp): number {
  const text = file.string(key);
  const digits = pattern.exec(text)?.[1];
  if (digits === undefined) throw file.error("DAMAGED", key, `"${text}" does not have its form`);
  return Number.parseInt(digits, 16);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
