import { concatBytes } from "@cardwire/core";
import { type Type2Tag, type UltralightProduct } from "@cardwire/mifare-ultralight";
import type { UltralightDump, UnreadRange } from "@cardwire/virtual";
import type { Tap } from "cardwire";
import { ifGiven } from "./given.ts";

const PAGE_BYTES = 4;
/** A counter that was not torn (MF0ULX1 data sheet, section 10.9). */
const NOT_TORN = 0xbd;

/** Reads a MIFARE Ultralight or NTAG: memory, version, signature, counters. */
export async function readUltralight(tag: Type2Tag, tap: Tap, signal: AbortSignal): Promise<UltralightDump> {
  const { product, version } = await tag.identify({ signal });
  const { ranges, missing } = await tag.readAll({ signal });
  const wanted =
    product?.memory ?? ranges.map(({ first, data }) => [first, first + data.length / PAGE_BYTES - 1] as const);
  const pages = wanted.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const memory = new Uint8Array(pages * PAGE_BYTES);
  const unread: UnreadRange[] = [];
  // a dump has the ranges of the memory one behind the other
  let offset = 0;
  for (const [first, last] of wanted) {
    const place = (page: number): number => offset + (page - first) * PAGE_BYTES;
    for (const range of ranges)
      if (range.first >= first && range.first <= last) memory.set(range.data, place(range.first));
    for (const [from, to] of missing)
      if (from >= first && to <= last) unread.push({ offset: place(from), length: (to - from + 1) * PAGE_BYTES });
    offset += (last - first + 1) * PAGE_BYTES;
  }
  unread.sort((one, other) => one.offset - other.offset);
  return {
    kind: "mifare-ultralight",
    product: product?.name,
    uid: tap.uid ?? concatBytes(memory.subarray(0, 3), memory.subarray(4, 8)),
    // all of these products answer alike (NXP AN10833)
    atqa: Uint8Array.of(0x44, 0x00),
    sak: 0x00,
    memory,
    unread: joined(unread),
    version,
    signature: await signatureOf(tag, product, signal),
    ...(await countersOf(tag, product, signal)),
    failedAuthentications: undefined,
  };
}

async function signatureOf(
  tag: Type2Tag,
  product: UltralightProduct | undefined,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  // dumps have room for the shorter ones
  if (product?.commands.includes("READ_SIGNATURE") !== true || product.signatureBytes !== 32) return undefined;
  return ifGiven(() => tag.readSignature({ signal }));
}

async function countersOf(
  tag: Type2Tag,
  product: UltralightProduct | undefined,
  signal: AbortSignal,
): Promise<Pick<UltralightDump, "counters" | "tearing">> {
  const numbers = product?.commands.includes("READ_COUNTER") === true ? (product.counters ?? []) : [];
  if (numbers.length === 0) return { counters: undefined, tearing: undefined };
  const counters: [number, number, number] = [0, 0, 0];
  const tearing: [number, number, number] = [0, 0, 0];
  for (const number of numbers) {
    counters[number] = (await ifGiven(() => tag.readCounter(number, { signal }))) ?? 0;
    const asks = product?.commands.includes("CHECK_TEARING_EVENT") === true;
    const torn = asks && (await ifGiven(() => tag.wasTorn(number, { signal }))) === true;
    tearing[number] = torn ? 0x00 : NOT_TORN;
  }
  return { counters, tearing };
}

function joined(ranges: readonly UnreadRange[]): UnreadRange[] {
  const result: { offset: number; length: number }[] = [];
  for (const { offset, length } of ranges) {
    const last = result.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else result.push({ offset, length });
  }
  return result;
}
