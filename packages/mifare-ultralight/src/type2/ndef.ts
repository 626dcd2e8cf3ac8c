import { isStatusWordError } from "@cardwire/apdu";
import {
  isNdefError,
  type NdefArea,
  NdefTagError,
  type NdefTagDriver,
  type NdefWriteAccess,
  planTlvWrites,
  readTlvMemory,
  type TlvReading,
  type TlvTagMemory,
} from "@cardwire/ndef";
import type { PageRange, UltralightProduct } from "../products.ts";
import { PAGE_BYTES } from "../rf-commands.ts";
import { type CapabilityContainer, parseCapabilityContainer } from "./capability-container.ts";
import { factoryPages } from "./format.ts";
import { planLock } from "./locking.ts";
import { isType2Error } from "./type2-error.ts";

/** Where the NDEF area begins. */
const AREA_START = 4 * PAGE_BYTES;
const CONTAINER_PAGE = 3;
const CONTAINER_OFFSET = CONTAINER_PAGE * PAGE_BYTES;
const ACCESS_OFFSET = 3;
const READ_ONLY_ACCESS = 0x0f;
const SECTOR_PAGES = 0x100;
/** So many pages come with one READ. */
const PAGES_AT_LEAST = 4;

/** A page to be written. */
export interface PageWrite {
  readonly page: number;
  readonly data: Uint8Array;
}

/** What the mapping needs of a tag. */
export interface Type2NdefHost {
  readonly run: NdefTagDriver<Type2NdefArea>["run"];
  /** Reads pages of one sector. */
  read(range: PageRange, signal?: AbortSignal): Promise<Uint8Array>;
  write(writes: readonly PageWrite[], signal?: AbortSignal): Promise<void>;
  /** Wakes the tag, which falls asleep after it has refused something. */
  wake(signal?: AbortSignal): Promise<void>;
  product(signal?: AbortSignal): Promise<UltralightProduct | undefined>;
}

/** The NDEF area of a tag, as far as it has been read. */
export interface Type2NdefArea extends NdefArea {
  readonly container: CapabilityContainer;
  /** `undefined` where it cannot be read. */
  readonly reading: TlvReading | undefined;
}

/** NDEF on Type 2 tags (NFC Forum Type 2 Tag specification 1.2). */
export function type2NdefDriver(host: Type2NdefHost): NdefTagDriver<Type2NdefArea> {
  return {
    type: 2,
    run: (work, signal) => host.run(work, signal),

    async open(signal) {
      // one READ gives the capability container and the first TLV blocks; it starts where UID and lock bytes are of no use
      const memory = new Uint8Array(7 * PAGE_BYTES);
      const first = await readOrRefused(host, [CONTAINER_PAGE, 6], signal);
      if (first === undefined) return undefined;
      memory.set(first, CONTAINER_OFFSET);
      const container = parseCapabilityContainer(memory.subarray(CONTAINER_OFFSET, AREA_START));
      if (container === undefined) return undefined;
      const closed: Type2NdefArea = {
        container,
        reading: undefined,
        version: `${container.majorVersion}.${container.minorVersion}`,
        message: undefined,
        capacityBytes: 0,
        readAccess: "protected",
        writeAccess: writeAccessOf(container),
      };
      if (container.readAccess !== 0) return closed;
      try {
        const reading = await readTlvMemory(tagMemory(host, container, signal), memory);
        const { ndef, capacityBytes } = reading.location;
        // of some products the protected pages in a READ are zeros, which look like padding
        if (ndef === undefined && (await isEndRefused(host, container, signal))) return closed;
        return { ...closed, reading, message: ndef?.value, capacityBytes, readAccess: "open" };
      } catch (cause) {
        // a READ that runs into protected pages gives others in their place, which make no sense as TLV blocks
        if (!isRefusal(cause) && !isNdefError(cause)) throw cause;
        if (isRefusal(cause)) await host.wake(signal);
        if (await isEndRefused(host, container, signal)) return closed;
        throw cause;
      }
    },

    async write({ container, reading }, message, signal) {
      if (reading === undefined) return;
      const writes = await planTlvWrites(tagMemory(host, container, signal), reading, message);
      await host.write(
        writes.map(({ address, data }) => ({ page: address / PAGE_BYTES, data })),
        signal,
      );
    },

    async format(signal) {
      const product = await host.product(signal);
      if (product === undefined)
        throw new NdefTagError("NOT_FORMATTABLE", "nobody can tell what product the tag is, so not how large it is");
      const before = (await host.read([CONTAINER_PAGE, CONTAINER_PAGE], signal)).subarray(0, PAGE_BYTES);
      await host.write(factoryPages(product, before), signal);
    },

    async makeReadOnly(_area, signal) {
      const product = await host.product(signal);
      if (product === undefined)
        throw new NdefTagError(
          "NOT_LOCKABLE",
          "nobody can tell what product the tag is, so not where its lock bits are",
        );
      const container = (await host.read([CONTAINER_PAGE, CONTAINER_PAGE], signal)).slice(0, PAGE_BYTES);
      const access = container[ACCESS_OFFSET] ?? 0;
      container[ACCESS_OFFSET] = access | READ_ONLY_ACCESS;
      const pages = [CONTAINER_PAGE];
      for (const [first, last] of product.user) for (let page = first; page <= last; page++) pages.push(page);
      const locks = planLock(product, pages).writes;
      // a tag that was pulled while it was sealed says so already, and may have that page locked
      const says = container[ACCESS_OFFSET] === access ? [] : [{ page: CONTAINER_PAGE, data: container }];
      await host.write([...says, ...locks], signal);
    },
  };
}

function writeAccessOf({ writeAccess }: CapabilityContainer): NdefWriteAccess {
  if (writeAccess === 0) return "open";
  return writeAccess === READ_ONLY_ACCESS ? "read-only" : "protected";
}

function tagMemory(host: Type2NdefHost, container: CapabilityContainer, signal?: AbortSignal): TlvTagMemory {
  const end = AREA_START + container.areaBytes;
  return {
    start: AREA_START,
    end,
    unitBytes: PAGE_BYTES,
    async readOn(known, neededBytes) {
      const from = known.length / PAGE_BYTES;
      const to = Math.min(Math.max(Math.ceil(neededBytes / PAGE_BYTES), from + PAGES_AT_LEAST), end / PAGE_BYTES);
      const memory = new Uint8Array(to * PAGE_BYTES);
      memory.set(known);
      for (let page = from; page < to;) {
        // only NTAG I2C has a second sector
        const last = Math.min(to, (Math.floor(page / SECTOR_PAGES) + 1) * SECTOR_PAGES) - 1;
        memory.set(await host.read([page, last], signal), page * PAGE_BYTES);
        page = last + 1;
      }
      return memory;
    },
  };
}

/** Pages are protected from one on to the end. */
async function isEndRefused(
  host: Type2NdefHost,
  { areaBytes }: CapabilityContainer,
  signal?: AbortSignal,
): Promise<boolean> {
  const last = CONTAINER_PAGE + areaBytes / PAGE_BYTES;
  return (await readOrRefused(host, [last, last], signal)) === undefined;
}

async function readOrRefused(
  host: Type2NdefHost,
  range: PageRange,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await host.read(range, signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await host.wake(signal);
    return undefined;
  }
}

function isRefusal(error: unknown): boolean {
  return isStatusWordError(error) || isType2Error(error, "NAK") || isType2Error(error, "NO_ANSWER");
}
