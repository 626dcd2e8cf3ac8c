import { PAGE_BYTES, READ_BYTES } from "../rf-commands.ts";
import type { PageAddress, UltralightProduct } from "../products.ts";
import { type Configuration, readConfiguration } from "./configuration.ts";
import type { Persistent } from "./image.ts";
import { DynamicLocks, isStaticallyLocked, writeStaticLocks } from "../locks.ts";
import { applyMirror, type Mirror } from "./mirror.ts";

const UID_PAGES = 2;
const STATIC_LOCK_PAGE = 2;
const OTP_PAGE = 3;
/** PWD and PACK stand behind the two configuration pages. */
const PASSWORD_PAGE = 2;
const SECRET_PAGES = 2;
/** A page counter takes its first value as it comes, and from then on steps of up to 15. */
const LARGEST_STEP = 0x0f;

/** The pages of a tag, as its rules let them be read and written. */
export class Memory {
  configuration: Configuration;
  readonly #product: UltralightProduct;
  readonly #pages: Uint8Array<ArrayBuffer>;
  readonly #locks: DynamicLocks | undefined;
  /** A product with a single range of pages rolls over at its end; the others give zeros for pages that are not there. */
  readonly #rollsOver: boolean;
  readonly #readable: number;

  constructor(persistent: Persistent) {
    const { product, pages } = persistent;
    this.#product = product;
    this.#pages = pages;
    this.#rollsOver = product.memory.length === 1;
    this.#readable = product.hiddenFrom ?? pages.length / PAGE_BYTES;
    this.configuration = readConfiguration(product, pages);
    const lock = product.dynamicLock;
    this.#locks =
      lock === undefined ? undefined : new DynamicLocks(lock, pages, (this.indexOf(lock.address) ?? 0) * PAGE_BYTES);
  }

  /** Takes over what has been written to the configuration pages since the last selection. */
  loadConfiguration(): void {
    this.configuration = readConfiguration(this.#product, this.#pages);
  }

  /** Bytes of a page that needs no right to be looked at, for the tag itself. */
  page(page: number): Uint8Array {
    return this.#pages.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  }

  /** Where a page lies in the image, counted in pages; `undefined` when the product does not have it. */
  indexOf(address: PageAddress): number | undefined {
    let index = 0;
    for (const [first, last] of this.#product.memory) {
      if (address >= first && address <= last) return index + address - first;
      index += last - first + 1;
    }
    return undefined;
  }

  /** READ. `undefined` for a page that is not there or not open. */
  read(address: PageAddress, authenticated: boolean, mirror: Mirror | undefined): Uint8Array<ArrayBuffer> | undefined {
    const data = new Uint8Array(READ_BYTES);
    if (!this.#rollsOver) {
      if (this.indexOf(address) === undefined || this.#isReadProtected(address, authenticated)) return undefined;
      for (let page = 0; page < READ_BYTES / PAGE_BYTES; page++)
        if (!this.#isReadProtected(address + page, authenticated)) this.#copyPage(address + page, data, page);
      return data;
    }
    let end = this.#readable;
    if (!authenticated && this.configuration.protectsRead) end = Math.min(end, this.configuration.protectedFrom);
    if (address >= end) return undefined;
    for (let page = 0; page < READ_BYTES / PAGE_BYTES; page++)
      this.#copyPage((address + page) % end, data, page, mirror);
    return data;
  }

  /** FAST_READ. `undefined` for a range that is empty, not there or not open. */
  fastRead(
    first: PageAddress,
    last: PageAddress,
    authenticated: boolean,
    mirror: Mirror | undefined,
  ): Uint8Array<ArrayBuffer> | undefined {
    if (last < first) return undefined;
    for (let address = first; address <= last; address++) {
      const index = this.indexOf(address);
      if (index === undefined || index >= this.#readable || this.#isReadProtected(address, authenticated))
        return undefined;
    }
    const data = new Uint8Array((last - first + 1) * PAGE_BYTES);
    for (let page = 0; first + page <= last; page++) this.#copyPage(first + page, data, page, mirror);
    return data;
  }

  #isReadProtected(address: PageAddress, authenticated: boolean): boolean {
    return this.configuration.protectsRead && this.#isProtected(address, authenticated);
  }

  #isProtected(address: PageAddress, authenticated: boolean): boolean {
    // the password of NTAG I2C plus guards sector 0
    return !authenticated && address >= this.configuration.protectedFrom && address < 0x100;
  }

  #copyPage(address: PageAddress, target: Uint8Array, page: number, mirror?: Mirror): void {
    const index = this.indexOf(address);
    if (index === undefined || this.#isSecret(address)) return;
    const from = index * PAGE_BYTES;
    const to = page * PAGE_BYTES;
    for (let byte = 0; byte < PAGE_BYTES; byte++) target[to + byte] = this.#pages[from + byte] ?? 0;
    if (mirror !== undefined) applyMirror(mirror, target.subarray(to, to + PAGE_BYTES), from);
  }

  /** PWD and PACK read as zeros. */
  #isSecret(address: PageAddress): boolean {
    const { configurationPage, commands } = this.#product;
    if (configurationPage === undefined || !commands.includes("PASSWORD_AUTHENTICATE")) return false;
    const first = configurationPage + PASSWORD_PAGE;
    return address >= first && address < first + SECRET_PAGES;
  }

  /**
   * WRITE of one page.
   *
   * @returns "counter-overflow" where a one-way counter would pass its end, "refused" for a page that is not there, not
   *   open, locked or never written.
   */
  write(address: PageAddress, data: Uint8Array, authenticated: boolean): "written" | "refused" | "counter-overflow" {
    const index = this.indexOf(address);
    if (index === undefined || this.#isReadOnly(address) || this.#isProtected(address, authenticated)) return "refused";
    if (isStaticallyLocked(this.#pages, address) || this.#locks?.isLocked(address) === true) return "refused";

    if (address === STATIC_LOCK_PAGE) writeStaticLocks(this.#pages, data);
    else if (address === this.#product.dynamicLock?.address) this.#locks?.write(data);
    else if (address === this.#product.counterPage) return this.#count(index, data);
    else if (address === OTP_PAGE) this.#or(index, data);
    else this.#pages.set(data.subarray(0, PAGE_BYTES), index * PAGE_BYTES);
    return "written";
  }

  #isReadOnly(address: PageAddress): boolean {
    if (address < UID_PAGES) return true;
    const { configurationPage, commands, user } = this.#product;
    if (commands.includes("SECTOR_SELECT"))
      return isSessionRegister(address) && !user.some(([first, last]) => address >= first && address <= last);
    return (
      this.configuration.locked &&
      configurationPage !== undefined &&
      (address === configurationPage || address === configurationPage + 1)
    );
  }

  #or(index: number, data: Uint8Array): void {
    for (let byte = 0; byte < PAGE_BYTES; byte++) {
      const at = index * PAGE_BYTES + byte;
      this.#pages[at] = (this.#pages[at] ?? 0) | (data[byte] ?? 0);
    }
  }

  #count(index: number, data: Uint8Array): "written" | "refused" | "counter-overflow" {
    const at = index * PAGE_BYTES;
    const before = (this.#pages[at] ?? 0) | ((this.#pages[at + 1] ?? 0) << 8);
    const step = (data[0] ?? 0) | ((data[1] ?? 0) << 8);
    if (before !== 0 && step > LARGEST_STEP) return "refused";
    const after = before + step;
    if (after > 0xffff) return "counter-overflow";
    this.#pages[at] = after & 0xff;
    this.#pages[at + 1] = after >> 8;
    return "written";
  }
}

/** NTAG I2C plus shows its session registers in two places, and takes them over I2C alone. The first is memory on others. */
function isSessionRegister(address: PageAddress): boolean {
  return address === 0xec || address === 0xed || address === 0x3f8 || address === 0x3f9;
}
