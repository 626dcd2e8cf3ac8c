import { equalBytes } from "@cardwire/core";
import { ICODE_COMMAND as COMMAND, ISO15693_ERROR } from "./commands.ts";
import { ICODE_PASSWORDS, type IcodePassword } from "./icode-passwords.ts";
import type { IcodeFeatures } from "./virtual-image.ts";

const DONE = Uint8Array.of(0);
const EAS_SEQUENCE_BYTES = 32;
const NAMES: readonly IcodePassword[] = ["read", "write", "privacy", "destroy", "eas"];

/** Bits of the protection condition: of the lower page, and of the upper from the protection pointer on. */
const READ_LOWER = 0x01;
const WRITE_LOWER = 0x02;
const READ_UPPER = 0x10;
const WRITE_UPPER = 0x20;

/** The password, protection and EAS part of NXP's ICODE SLIX and SLIX2 (ICODE SLIX2 data sheet, section 9.5.3). */
export class Icode {
  privacyMode: boolean;
  destroyed = false;
  readonly #features: IcodeFeatures;
  readonly #random: (length: number) => Uint8Array;
  readonly #passwords: Record<IcodePassword, Uint8Array>;
  readonly #lockedPasswords = new Set<IcodePassword>();
  /** Passwords given since the tag got its field. */
  readonly #given = new Set<IcodePassword>();
  #number: Uint8Array | undefined;
  #easActive: boolean;
  #easLocked: boolean;
  #pointer: number;
  #condition: number;
  #protectionLocked: boolean;

  constructor(features: IcodeFeatures, random: (length: number) => Uint8Array) {
    this.#features = features;
    this.#random = random;
    const password = (name: IcodePassword, byte: number): Uint8Array =>
      features.passwords?.[name]?.slice() ?? new Uint8Array(4).fill(byte);
    this.#passwords = {
      read: password("read", 0),
      write: password("write", 0),
      privacy: password("privacy", 0x0f),
      destroy: password("destroy", 0x0f),
      eas: password("eas", 0),
    };
    this.privacyMode = features.privacyMode ?? false;
    this.#easActive = features.easActive ?? false;
    this.#easLocked = features.easLocked ?? false;
    this.#pointer = features.protectionPointer ?? 0;
    this.#condition = features.protectionCondition ?? 0;
    this.#protectionLocked = features.protectionLocked ?? false;
  }

  toFeatures(): IcodeFeatures {
    return {
      ...this.#features,
      passwords: { ...this.#passwords },
      easActive: this.#easActive,
      easLocked: this.#easLocked,
      protectionPointer: this.#pointer,
      protectionCondition: this.#condition,
      protectionLocked: this.#protectionLocked,
      privacyMode: this.privacyMode,
    };
  }

  /** The field came or went. */
  reset(): void {
    this.#given.clear();
    this.#number = undefined;
  }

  mayRead(first: number, count: number): boolean {
    return this.#may("read", READ_LOWER, READ_UPPER, first, count);
  }

  mayWrite(first: number, count: number): boolean {
    return this.#may("write", WRITE_LOWER, WRITE_UPPER, first, count);
  }

  #may(password: IcodePassword, lower: number, upper: number, first: number, count: number): boolean {
    if (this.#given.has(password)) return true;
    const touchesLower = first < this.#pointer;
    const touchesUpper = first + count > this.#pointer;
    return !(touchesLower && (this.#condition & lower) !== 0) && !(touchesUpper && (this.#condition & upper) !== 0);
  }

  /** The response, an error code, or silence. */
  answer(command: number, parameters: Uint8Array, blocks: number): Uint8Array | number | undefined {
    if (this.destroyed) return undefined;
    if (command === COMMAND.GET_RANDOM_NUMBER) {
      this.#number = this.#random(2);
      return Uint8Array.of(0, ...this.#number);
    }
    if (command === COMMAND.SET_PASSWORD) return this.#setPassword(parameters);
    if (this.privacyMode) return undefined;
    switch (command) {
      case COMMAND.SET_EAS:
      case COMMAND.RESET_EAS:
        if (this.#easLocked) return ISO15693_ERROR.BLOCK_LOCKED;
        this.#easActive = command === COMMAND.SET_EAS;
        return DONE;
      case COMMAND.LOCK_EAS:
        if (this.#easLocked) return ISO15693_ERROR.ALREADY_LOCKED;
        this.#easLocked = true;
        return DONE;
      case COMMAND.EAS_ALARM:
        return this.#easActive ? new Uint8Array(1 + EAS_SEQUENCE_BYTES) : undefined;
      case COMMAND.WRITE_PASSWORD: {
        const name = passwordOf(parameters[0]);
        if (name === undefined || parameters.length !== 5) return ISO15693_ERROR.NOT_RECOGNISED;
        if (!this.#given.has(name) || this.#lockedPasswords.has(name)) return ISO15693_ERROR.BLOCK_LOCKED;
        this.#passwords[name] = parameters.slice(1);
        return DONE;
      }
      case COMMAND.LOCK_PASSWORD: {
        const name = passwordOf(parameters[0]);
        if (name === undefined) return ISO15693_ERROR.NOT_RECOGNISED;
        if (!this.#given.has(name)) return ISO15693_ERROR.BLOCK_LOCKED;
        this.#lockedPasswords.add(name);
        return DONE;
      }
      case COMMAND.PROTECT_PAGE: {
        const [pointer, condition] = parameters;
        if (pointer === undefined || condition === undefined || pointer > blocks) return ISO15693_ERROR.NOT_RECOGNISED;
        if (this.#protectionLocked || !this.#given.has("read") || !this.#given.has("write"))
          return ISO15693_ERROR.BLOCK_LOCKED;
        this.#pointer = pointer;
        this.#condition = condition;
        return DONE;
      }
      case COMMAND.ENABLE_PRIVACY:
        if (!this.#matches("privacy", parameters)) return undefined;
        this.privacyMode = true;
        return DONE;
      case COMMAND.DESTROY:
        if (!this.#matches("destroy", parameters)) return undefined;
        this.destroyed = true;
        return DONE;
      case COMMAND.READ_SIGNATURE:
        return this.#features.signature === undefined
          ? ISO15693_ERROR.NOT_SUPPORTED
          : Uint8Array.of(0, ...this.#features.signature);
      case COMMAND.GET_NXP_SYSTEM_INFORMATION:
        // pointer, condition, lock bits (AFI, EAS, DSFID, protection), feature flags
        return Uint8Array.of(
          0,
          this.#pointer,
          this.#condition,
          (this.#easLocked ? 2 : 0) | (this.#protectionLocked ? 8 : 0),
          ...[0x7f, 0x35, 0x00, 0x00],
        );
      default:
        return ISO15693_ERROR.NOT_SUPPORTED;
    }
  }

  /** `id` and the password, each byte added to the random number modulo 2. A wrong one is answered by silence. */
  #setPassword(parameters: Uint8Array): Uint8Array | undefined {
    const name = passwordOf(parameters[0]);
    if (name === undefined || !this.#matches(name, parameters.subarray(1))) return undefined;
    this.#given.add(name);
    if (name === "privacy") this.privacyMode = false;
    return DONE;
  }

  #matches(name: IcodePassword, cipher: Uint8Array): boolean {
    const number = this.#number;
    this.#number = undefined;
    if (number === undefined || cipher.length !== 4) return false;
    return equalBytes(
      cipher.map((byte, index) => byte ^ (number[index & 1] ?? 0)),
      this.#passwords[name],
    );
  }
}

function passwordOf(identifier: number | undefined): IcodePassword | undefined {
  return NAMES.find((name) => ICODE_PASSWORDS[name] === identifier);
}
