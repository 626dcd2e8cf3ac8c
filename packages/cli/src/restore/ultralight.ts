import type { Type2Tag, UltralightProduct } from "@cardwire/mifare-ultralight";
import type { UltralightDump } from "@cardwire/virtual";
import type { RestoreUnit } from "./unit.ts";
import { knownBytes, placeOf, requireSame } from "./comparing.ts";

const PAGE_BYTES = 4;

/** The pages of a MIFARE Ultralight or NTAG. */
export async function ultralightUnits(
  dump: UltralightDump,
  tag: Type2Tag,
  signal: AbortSignal,
): Promise<readonly RestoreUnit[]> {
  const { product } = await tag.identify({ signal });
  if (dump.product !== undefined && product !== undefined) requireSame(dump.product, product.name);
  const { ranges } = await tag.readAll({ signal });
  const read = new Map<number, Uint8Array>();
  for (const { first, data } of ranges)
    for (let at = 0; at < data.length; at += PAGE_BYTES)
      read.set(first + at / PAGE_BYTES, data.slice(at, at + PAGE_BYTES));

  const units: RestoreUnit[] = [];
  const memory = product?.memory ?? [[0, dump.memory.length / PAGE_BYTES - 1] as const];
  let offset = 0;
  for (const [first, last] of memory)
    for (let page = first; page <= last; page++, offset += PAGE_BYTES)
      units.push(...pageUnits(page, read.get(page), knownBytes(dump, offset, PAGE_BYTES), product, tag));
  return units;
}

function pageUnits(
  page: number,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  product: UltralightProduct | undefined,
  tag: Type2Tag,
): RestoreUnit[] {
  const place = placeOf("page", page);
  const write = (data: Uint8Array | undefined): Pick<RestoreUnit, "write"> =>
    data === undefined ? {} : { write: (signal) => tag.writePage(page, data, { signal }) };
  if (page === 2) return lockPageUnits(place, before, after, tag);
  const { name, role, ...more } = roleOf(page, product);
  // the tag shows neither password nor key: zeros say that nobody knows
  const isSecret = name === SECRET;
  const known = isSecret && after?.every((byte) => byte === 0) === true ? undefined : after;
  return [
    {
      place,
      name,
      role,
      before: isSecret ? undefined : before,
      after: known,
      ...more,
      ...(isSecret && { checksItself: true }),
      ...(role === "fixed" ? {} : write(known)),
    },
  ];
}

/** Page 2: a check byte and an internal one, then the lock bytes. Each half is written with what the other one is by then. */
function lockPageUnits(
  place: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  tag: Type2Tag,
): RestoreUnit[] {
  const half = (from: number): Pick<RestoreUnit, "before" | "after" | "write"> => ({
    before: before?.slice(from, from + 2),
    after: after?.slice(from, from + 2),
    ...(after && {
      write: async (signal: AbortSignal) => {
        const page = await tag.readPages(2, 1, { signal });
        page.set(after.subarray(from, from + 2), from);
        await tag.writePage(2, page, { signal });
      },
    }),
  });
  return [
    { place, name: "BCC1, internal", role: "manufacturer", ...half(0) },
    { place: `${place}, locks`, name: "lock bytes", role: "locks", onlySets: true, ...half(2) },
  ];
}

const SECRET = "password or key";

function roleOf(page: number, product: UltralightProduct | undefined): Pick<RestoreUnit, "name" | "role" | "onlySets"> {
  if (page < 2) return { name: "UID", role: "manufacturer" };
  if (page === 3) return { name: "capability container", role: "otp", onlySets: true };
  if (product === undefined) return { name: "user memory", role: "user" };
  const { configurationPage, counterPage, dynamicLock, hiddenFrom } = product;
  if (product.user.some(([first, last]) => page >= first && page <= last)) return { name: "user memory", role: "user" };
  if (page === dynamicLock?.address) return { name: "dynamic lock bytes", role: "locks", onlySets: true };
  if (page === counterPage) return { name: "16-bit counter", role: "counters" };
  if (hiddenFrom !== undefined && page >= hiddenFrom) return { name: SECRET, role: "config" };
  if (configurationPage !== undefined && page >= configurationPage && page < configurationPage + 4)
    return { name: page < configurationPage + 2 ? "configuration" : SECRET, role: "config" };
  if (product.commands.includes("AUTHENTICATE_3DES") && (page === 0x2a || page === 0x2b))
    return { name: "what is protected", role: "config" };
  return { name: "reserved", role: "fixed" };
}
