import { type FelicaTag, isFelicaError } from "@cardwire/felica";
import type { FelicaService, FelicaStandardDump } from "@cardwire/virtual";
import { isFelicaLite } from "../dump/felica.ts";
import type { RestoreUnit } from "./unit.ts";
import { requireSame } from "./comparing.ts";

const STANDARD = "FeliCa Standard";
/** The low six bits of a service code say what can be done with its blocks (FeliCa card user's manual, service attributes). */
const ATTRIBUTE_BITS = 6;
const RANDOM_READ_WRITE = 0b001001;
/** Why the blocks of other services without a key are not written, by the attribute. */
const REASONS: Readonly<Record<number, string>> = {
  0b001011: "this service only reads",
  0b001101: "a cyclic service: each write is a new entry, and takes the oldest away",
  0b001111: "this service only reads",
  0b010001: "a purse: what is in it is money to somebody",
  0b010011: "a purse: what is in it is money to somebody",
  0b010101: "a purse: what is in it is money to somebody",
  0b010111: "this service only reads",
};

/** The blocks of a FeliCa Standard that are there without a key, in the system that answers. */
export async function felicaStandardUnits(
  dump: FelicaStandardDump,
  tag: FelicaTag,
  signal: AbortSignal,
): Promise<readonly RestoreUnit[]> {
  const identity = await tag.poll(undefined, { signal });
  requireSame(STANDARD, isFelicaLite(identity) ? "FeliCa Lite" : STANDARD);
  const system = dump.systems.find(({ code }) => code === identity.systemCode) ?? dump.systems[0];
  requireSame(systemText(system?.code), systemText(identity.systemCode));
  const services = system?.services ?? [];
  const writable = new Set(services.filter(({ code }) => attributeOf(code) === RANDOM_READ_WRITE).map(numberOf));
  const units: RestoreUnit[] = [];
  for (const service of services) {
    const canWrite = attributeOf(service.code) === RANDOM_READ_WRITE;
    // the same blocks under another number
    if (!canWrite && attributeOf(service.code) in REASONS && writable.has(numberOf(service))) continue;
    for (const [number, after] of service.blocks.entries())
      units.push({
        place: `service ${hex(service.code)}, block ${number.toString(16).toUpperCase().padStart(2, "0")}`,
        name: "user memory",
        role: canWrite ? "user" : "fixed",
        before: await readBlock(tag, service.code, number, signal),
        after,
        ...(canWrite
          ? { write: (writeSignal) => tag.writeBlocks(service.code, [number], after, { signal: writeSignal }) }
          : { reason: REASONS[attributeOf(service.code)] ?? "this service wants a key" }),
      });
  }
  return units;
}

function attributeOf(code: number): number {
  return code & ((1 << ATTRIBUTE_BITS) - 1);
}

function numberOf({ code }: FelicaService): number {
  return code >>> ATTRIBUTE_BITS;
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, "0");
}

function systemText(code: number | undefined): string {
  return code === undefined ? "an unnamed system" : `system ${hex(code)}`;
}

async function readBlock(
  tag: FelicaTag,
  service: number,
  number: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await tag.readBlocks(service, [number], { signal });
  } catch (error) {
    if (isFelicaError(error, "CARD_STATUS")) return undefined;
    throw error;
  }
}
