import type { ActivationContext, CardSession, RfDialogue, RfReselect, RfTarget, TransmitOutcome } from "@cardwire/core";
import { NTSTATUS } from "@cardwire/ioctl";
import { createKeyStore, type KeyStore } from "./key-store.ts";
import { storageCardDifferences, type StorageCardRules } from "./storage-card-differences.ts";
import { rulesOf } from "./differences.ts";
import { getData, type GetDataRule } from "./get-data.ts";
import { SessionState } from "./session/session-state.ts";
import { StatusWord } from "./status-word.ts";
import { type CommandDialogue, StorageCommand } from "./storage-command.ts";

/** A family's table: what each instruction does. An absent one is answered 6A81. */
export interface StorageCardCommands {
  /** `FF B0`. */
  readBinary(command: StorageCommand): CommandDialogue;
  /** `FF D6`. */
  updateBinary(command: StorageCommand): CommandDialogue;
  /** `FF 86`. */
  generalAuthenticate?(command: StorageCommand): CommandDialogue;
  /** `FF 88`, the obsolete form: its lengths are nobody's standard, so read `command.bytes`. Only in `documented`. */
  authenticate?(command: StorageCommand): CommandDialogue;
  /** `FF C2 00 03`. */
  incrementDecrement?(command: StorageCommand): CommandDialogue;
  /**
   * What Windows does with a transceive object (95) of a transparent session: one exchange in the family's own way. The
   * answer stays in `command.received`, at most 255 bytes. Only in `nfccx`: `documented` puts the bytes on the air as they are.
   *
   * @returns the status word for the object: OK, or why it failed.
   */
  transceive(command: StorageCommand, data: Uint8Array<ArrayBuffer>, timeoutUs: number): RfDialogue<number>;
}

/** What is done after an exchange that gave nothing usable. */
export type AfterFailure =
  /** Nothing on the air; a tag that kept silent, or a lost link, ends presence. */
  | "end-presence"
  /** Select the tag again. Presence goes on even when it does not answer. */
  | "reselect"
  /** Select the tag again; presence ends when it does not answer. */
  | "reselect-or-end-presence";

/** What a family says about the card when it opens a session with it. */
export interface StorageCardOptions {
  /** The family's name, such as "mifare-ultralight". */
  readonly family: string;
  /** Answer to reset, with TCK. */
  readonly atr: Uint8Array;
  /** The attribute ICC_TYPE_PER_ATR. */
  readonly iccType: number;
  /** What GET DATA answers for `00 00`: UID, IDm, PUPI. */
  readonly uid: Uint8Array;
  readonly target: RfTarget;
  readonly context: ActivationContext;
  readonly commands: StorageCardCommands;
  readonly getData: GetDataRule;
  readonly afterFailure: AfterFailure;
  /** How long the tag may take, in microseconds, where nobody said otherwise. */
  readonly frameTimeoutUs: number;
  /** Asks the tag whether it is there (`CardSession.checkPresence`). */
  checkPresence(): RfDialogue<boolean>;
  /** Told when the tag has been selected anew: forget what it forgot. */
  onReselected?(): void;
  /** Volatile keys: a store of its own for each card unless given. Non-volatile keys: refused unless a store is given. */
  readonly keys?: { readonly volatile?: KeyStore; readonly nonVolatile?: KeyStore };
}

function* ended(outcome: TransmitOutcome): CommandDialogue {
  return outcome;
}

function unsupported(command: StorageCommand): CommandDialogue {
  return ended(command.end(StatusWord.FUNCTION_NOT_SUPPORTED));
}

/**
 * A session with a storage card: decodes pseudo-APDUs, answers those that are the same for every family, and hands the
 * others to the family's table. (PC/SC part 3 section 3.2.2.1; Windows' DDI, storage-card requirements.)
 */
export class StorageCard implements CardSession {
  readonly family: string;
  readonly atr: Uint8Array;
  readonly iccType: number;
  readonly uid: Uint8Array;
  readonly target: RfTarget;
  /** Other protocols of the same card, {@link StorageCard.target} among them. */
  readonly targets: readonly RfTarget[];
  /** Selects the tag again, with the protocol that this session speaks. */
  readonly reselection: RfReselect;
  readonly rules: StorageCardRules;
  readonly commands: StorageCardCommands;
  readonly getDataRule: GetDataRule;
  readonly afterFailure: AfterFailure;
  readonly frameTimeoutUs: number;
  readonly volatileKeys: KeyStore;
  readonly nonVolatileKeys: KeyStore | undefined;
  /** The transparent session (PC/SC part 3 supplement 2). */
  readonly session: SessionState = new SessionState();
  /** Windows remembers an Le below the length that it should be until a command succeeds. */
  shortLe = false;
  readonly #options: StorageCardOptions;

  constructor(options: StorageCardOptions) {
    this.#options = options;
    this.family = options.family;
    this.atr = options.atr;
    this.iccType = options.iccType;
    this.uid = options.uid;
    this.target = options.target;
    this.targets = options.context.targets ?? [options.target];
    this.reselection = this.reselectionTo(options.target);
    this.rules = rulesOf(storageCardDifferences, options.context.profile);
    this.commands = options.commands;
    this.getDataRule = options.getData;
    this.afterFailure = options.afterFailure;
    this.frameTimeoutUs = options.frameTimeoutUs;
    this.volatileKeys = options.keys?.volatile ?? createKeyStore(this.rules.volatileKeySlots);
    this.nonVolatileKeys = options.keys?.nonVolatile;
  }

  /** The request that selects a target of this card. The first one comes by itself, the others are named. */
  reselectionTo(target: RfTarget): RfReselect {
    return target === this.targets[0] ? { kind: "reselect" } : { kind: "reselect", target };
  }

  /** A key that LOAD KEYS has put under this number. */
  findKey(keyNumber: number): Uint8Array | undefined {
    return this.volatileKeys.get(keyNumber) ?? this.nonVolatileKeys?.get(keyNumber);
  }

  transmit(bytes: Uint8Array, responseLimit: number): CommandDialogue {
    const { rules } = this;
    const fields =
      bytes.length < 5 ? rules.shortApdu : bytes[0] === 0xff ? rules.decode(bytes) : StatusWord.CLASS_NOT_SUPPORTED;
    if (typeof fields === "number") return ended(new StorageCommand(this, bytes, responseLimit, 0, 0, 5).end(fields));
    const command = new StorageCommand(this, bytes, responseLimit, fields.lc, fields.le, fields.dataOffset);
    switch (bytes[1]) {
      case 0xb0:
        return this.commands.readBinary(command);
      case 0xd6:
        return this.commands.updateBinary(command);
      case 0xca:
        return getData(command);
      case 0x82:
        return rules.loadKeys(command);
      case 0x86:
        if (bytes.length > rules.longestAuthenticate) return ended(command.endWithStatus(NTSTATUS.INVALID_PARAMETER));
        return this.commands.generalAuthenticate?.(command) ?? unsupported(command);
      case 0x88:
        if (!rules.obsoleteAuthenticate) return unsupported(command);
        return this.commands.authenticate?.(command) ?? unsupported(command);
      case 0xc2:
        return this.#transmitSession(command);
      default:
        return ended(command.end(rules.unknownInstruction));
    }
  }

  #transmitSession(command: StorageCommand): CommandDialogue {
    const { rules } = this;
    if (command.p1 !== 0) return unsupported(command);
    switch (command.p2) {
      case 0:
        return rules.manageSession(command);
      case 1:
        return rules.transparentExchange(command);
      case 2:
        return rules.switchProtocol(command);
      case 3:
        return this.commands.incrementDecrement?.(command) ?? unsupported(command);
      default:
        return unsupported(command);
    }
  }

  checkPresence(): RfDialogue<boolean> {
    return this.#options.checkPresence();
  }

  onReselected(): void {
    this.#options.onReselected?.();
  }
}
