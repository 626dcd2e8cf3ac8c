import { concatBytes, equalBytes, FormatError } from "@cardwire/core";
import { FELICA_BLOCK_BYTES, FELICA_COMMAND } from "./commands.ts";
import { LITE_BLOCK, LITE_SERVICE, LITE_SYSTEM } from "./lite-blocks.ts";
import { liteMac, liteSessionKey, macAReadPrefix, macAWritePrefix, reverseGroups, writeKey } from "./lite-mac.ts";
import type { FelicaLiteImage } from "./virtual-image.ts";
import {
  type AccessRequest,
  fitsBlocks,
  flagOfElement,
  isFlags,
  parseAccess,
  STATUS,
  type StatusFlags,
} from "./virtual-lists.ts";
import type { VirtualSystem } from "./virtual-system.ts";

const MOST_BLOCKS = 4;
const WRITE_COUNTER_END = 0xffffff;

/** Blocks that exist, on both chips and on Lite-S alone. */
const COMMON_BLOCKS: readonly number[] = [
  ...Array.from({ length: LITE_BLOCK.REG + 1 }, (_, block) => block),
  ...Array.from({ length: LITE_BLOCK.MC - LITE_BLOCK.RC + 1 }, (_, index) => LITE_BLOCK.RC + index),
];
const LITE_S_BLOCKS: readonly number[] = [LITE_BLOCK.WCNT, LITE_BLOCK.MAC_A, LITE_BLOCK.STATE, LITE_BLOCK.CRC_CHECK];

/** Offsets into MC, the memory configuration (FeliCa Lite-S user's manual, section 4.8). */
const MC = {
  /** A bit for each of S_PAD0–13 and REG: 1 read and write, 0 read only. */
  READ_WRITE: 0,
  /** FF: system blocks can be written; else they are closed. */
  SYSTEM_OPEN: 2,
  /** 01: the card answers polls for NDEF. */
  SYS_OP: 3,
  /** 01: CK and CKV can be written with a MAC after the system blocks were closed. */
  KEY_WITH_MAC: 5,
  /** Bits as above: reading, writing want external authentication, writing wants a MAC. */
  READ_RESTRICTED: 6,
  WRITE_RESTRICTED: 8,
  WRITE_WITH_MAC: 10,
} as const;

/** FeliCa Lite and Lite-S: one system, fixed blocks, a challenge, a MAC, and on Lite-S a MAC for writing. */
export class LiteSystem implements VirtualSystem {
  readonly idm: Uint8Array;
  readonly #image: FelicaLiteImage;
  readonly #blocks = new Map<number, Uint8Array>();
  #challenge = new Uint8Array(16);
  #externallyAuthenticated = false;

  constructor(image: FelicaLiteImage) {
    this.idm = image.idm.slice();
    this.#image = image;
    for (const block of this.#numbers()) this.#blocks.set(block, new Uint8Array(FELICA_BLOCK_BYTES));
    this.#blocks.get(LITE_BLOCK.D_ID)?.set([...image.idm, ...image.pmm]);
    this.#blocks.get(LITE_BLOCK.SYS_C)?.set([LITE_SYSTEM.LITE >> 8, LITE_SYSTEM.LITE & 0xff]);
    this.#blocks.get(LITE_BLOCK.MC)?.set([0xff, 0xff, 0xff, 0x01, 0x07]);
    for (const [block, data] of image.blocks) {
      if (data.length !== FELICA_BLOCK_BYTES)
        throw new FormatError("INVALID_VALUE", `16 bytes, not ${data.length}`, {
          field: `block ${block.toString(16)}`,
        });
      const known = this.#blocks.get(block);
      if (known === undefined)
        throw new FormatError("INVALID_VALUE", `a FeliCa ${image.kind} has no such block`, {
          field: `block ${block.toString(16)}`,
        });
      known.set(data);
    }
  }

  #numbers(): readonly number[] {
    return this.#image.kind === "lite" ? COMMON_BLOCKS : [...COMMON_BLOCKS, ...LITE_S_BLOCKS];
  }

  codes(): readonly number[] {
    return (this.#mc(MC.SYS_OP) & 1) === 1 ? [LITE_SYSTEM.LITE, LITE_SYSTEM.NDEF] : [LITE_SYSTEM.LITE];
  }

  reset(): void {
    this.#challenge = new Uint8Array(16);
    this.#externallyAuthenticated = false;
  }

  toImage(): FelicaLiteImage {
    return { ...this.#image, blocks: new Map([...this.#blocks].map(([block, data]) => [block, data.slice()])) };
  }

  answer(command: number, rest: Uint8Array): Uint8Array | undefined {
    if (command !== FELICA_COMMAND.READ_WITHOUT_ENCRYPTION && command !== FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION)
      return undefined;
    const write = command === FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION;
    const request = parseAccess(rest, 1, write ? (this.#image.kind === "lite-s" ? 2 : 1) : MOST_BLOCKS);
    if (request === undefined) return undefined;
    if (isFlags(request)) return Uint8Array.from(request);
    const [service] = request.services;
    if (service !== LITE_SERVICE.READ_WRITE && (write || service !== LITE_SERVICE.READ_ONLY))
      return Uint8Array.of(0xff, STATUS.SERVICE_CODE);
    for (const [index, { accessMode, block }] of request.elements.entries()) {
      if (accessMode !== 0) return Uint8Array.of(flagOfElement(index), STATUS.ACCESS_MODE);
      if (!this.#blocks.has(block)) return Uint8Array.of(flagOfElement(index), STATUS.BLOCK_NUMBER);
    }
    return write ? this.#write(request) : this.#read(request);
  }

  #mc(offset: number): number {
    return this.#blocks.get(LITE_BLOCK.MC)?.[offset] ?? 0;
  }

  /** A user block's bit in one of MC's bit fields. */
  #bit(offset: number, block: number): boolean {
    return ((((this.#mc(offset + 1) << 8) | this.#mc(offset)) >> block) & 1) === 1;
  }

  #sessionKey(): Uint8Array {
    return liteSessionKey(reverseGroups(this.#blocks.get(LITE_BLOCK.CK) ?? new Uint8Array(16)), this.#challenge);
  }

  get #writeCounter(): number {
    const [low = 0, middle = 0, high = 0] = this.#blocks.get(LITE_BLOCK.WCNT) ?? [];
    return low | (middle << 8) | (high << 16);
  }

  #read({ elements }: AccessRequest): Uint8Array {
    const numbers = elements.map(({ block }) => block);
    const parts: Uint8Array[] = [];
    for (const [index, block] of numbers.entries()) {
      const restricted =
        this.#image.kind === "lite-s" && block <= LITE_BLOCK.REG && this.#bit(MC.READ_RESTRICTED, block);
      if (restricted && !this.#externallyAuthenticated)
        return Uint8Array.of(flagOfElement(index), STATUS.AUTHENTICATION_REQUIRED);
      parts.push(this.#readBlock(block, numbers, concatBytes(...parts)));
    }
    return concatBytes(Uint8Array.of(0, 0, parts.length), ...parts);
  }

  #readBlock(block: number, numbers: readonly number[], before: Uint8Array): Uint8Array {
    const answer = new Uint8Array(FELICA_BLOCK_BYTES);
    switch (block) {
      // secrets and the challenge read as zeros
      case LITE_BLOCK.RC:
      case LITE_BLOCK.CK:
        return answer;
      case LITE_BLOCK.MAC:
        if (before.length > 0) answer.set(liteMac(this.#sessionKey(), this.#challenge, before));
        return answer;
      case LITE_BLOCK.MAC_A:
        answer.set(liteMac(this.#sessionKey(), this.#challenge, concatBytes(macAReadPrefix(numbers), before)));
        return answer;
      case LITE_BLOCK.STATE:
        answer[0] = this.#externallyAuthenticated ? 1 : 0;
        return answer;
      default:
        return this.#blocks.get(block) ?? answer;
    }
  }

  #write(request: AccessRequest): Uint8Array | undefined {
    const [target, mac] = request.elements;
    if (!fitsBlocks(request) || target === undefined) return undefined;
    if (mac !== undefined && mac.block !== LITE_BLOCK.MAC_A)
      return Uint8Array.of(flagOfElement(1), STATUS.BLOCK_NUMBER);
    const data = request.data.subarray(0, FELICA_BLOCK_BYTES);
    if (mac !== undefined && !this.#isMacRight(target.block, data, request.data.subarray(FELICA_BLOCK_BYTES)))
      return Uint8Array.of(flagOfElement(1), STATUS.MAC);
    const refused = this.#refuseWrite(target.block, data, mac !== undefined);
    if (refused !== undefined) return Uint8Array.from(refused);
    this.#store(target.block, data);
    return Uint8Array.of(0, 0);
  }

  #isMacRight(block: number, data: Uint8Array, macBlock: Uint8Array): boolean {
    const counter = this.#writeCounter;
    const given = (macBlock[8] ?? 0) | ((macBlock[9] ?? 0) << 8) | ((macBlock[10] ?? 0) << 16);
    const expected = liteMac(
      writeKey(this.#sessionKey()),
      this.#challenge,
      concatBytes(macAWritePrefix(counter, block), data),
    );
    return given === counter && equalBytes(macBlock.subarray(0, 8), expected);
  }

  #refuseWrite(block: number, data: Uint8Array, withMac: boolean): StatusFlags | undefined {
    const readOnly: StatusFlags = [flagOfElement(0), STATUS.READ_ONLY];
    const unauthenticated: StatusFlags = [flagOfElement(0), STATUS.AUTHENTICATION_REQUIRED];
    if (this.#image.kind === "lite-s" && block !== LITE_BLOCK.RC && this.#writeCounter >= WRITE_COUNTER_END)
      return readOnly;
    if (block <= LITE_BLOCK.REG) {
      if (!this.#bit(MC.READ_WRITE, block)) return readOnly;
      if (this.#image.kind === "lite-s") {
        if (this.#bit(MC.WRITE_RESTRICTED, block) && !this.#externallyAuthenticated) return unauthenticated;
        if (this.#bit(MC.WRITE_WITH_MAC, block) && !withMac) return unauthenticated;
      }
      return block === LITE_BLOCK.REG && !this.#countsDown(data) ? readOnly : undefined;
    }
    switch (block) {
      case LITE_BLOCK.RC:
        return undefined;
      case LITE_BLOCK.STATE:
        return withMac ? undefined : unauthenticated;
      case LITE_BLOCK.CK:
      case LITE_BLOCK.CKV:
        if (this.#mc(MC.SYSTEM_OPEN) === 0xff) return undefined;
        return withMac && (this.#mc(MC.KEY_WITH_MAC) & 1) === 1 ? undefined : readOnly;
      case LITE_BLOCK.ID:
      case LITE_BLOCK.SER_C:
      case LITE_BLOCK.MC:
        return this.#mc(MC.SYSTEM_OPEN) === 0xff ? undefined : readOnly;
      default:
        return readOnly;
    }
  }

  /** REG holds two numbers of four bytes and one of eight; none may grow (FeliCa Lite-S user's manual, section 4.4). */
  #countsDown(data: Uint8Array): boolean {
    const current = this.#blocks.get(LITE_BLOCK.REG) ?? data;
    const number = (bytes: Uint8Array, start: number, end: number): bigint =>
      bytes.subarray(start, end).reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
    return (
      number(data, 0, 4) <= number(current, 0, 4) &&
      number(data, 4, 8) <= number(current, 4, 8) &&
      number(data, 8, 16) <= number(current, 8, 16)
    );
  }

  #store(block: number, data: Uint8Array): void {
    if (block === LITE_BLOCK.RC) {
      this.#challenge = reverseGroups(data);
      return;
    }
    if (block === LITE_BLOCK.STATE) this.#externallyAuthenticated = data[0] === 1;
    else this.#blocks.get(block)?.set(data);
    const counter = this.#blocks.get(LITE_BLOCK.WCNT);
    if (counter === undefined) return;
    const next = this.#writeCounter + 1;
    counter.set([next & 0xff, (next >> 8) & 0xff, (next >> 16) & 0xff]);
  }
}
