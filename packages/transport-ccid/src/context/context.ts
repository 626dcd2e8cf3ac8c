import {
  type Clock,
  SmartCardError,
  isSmartCardError,
  isIoctlOpenError,
  type SmartCardContext,
  systemClock,
} from "@cardwire/core";
import { createIoctlResourceManager, type IoctlResourceManager } from "@cardwire/transport-ioctl";
import { isCcidReaderError } from "../reader/reader-error.ts";
import type { T0Mode } from "../reader/slot.ts";
import type { UsbReaders } from "../usb-device.ts";
import { ReaderDevices } from "./reader-devices.ts";

/** What a context over CCID readers is made with. */
export interface CcidContextOptions {
  /** The USB devices among which readers are looked for. */
  readonly readers: UsbReaders;
  /** The host's own unless given. */
  readonly clock?: Clock;
  /**
   * At TPDU level, "apdu" maps every APDU to T=0; "tpdu" hands on what it is given, as libccid does. "apdu" when absent.
   */
  readonly t0?: T0Mode;
  /**
   * Whether devices with an interface of the vendor's class (FFh) are opened to see whether they are readers. Known ones
   * are in any case. True in browsers, where the user has chosen the devices; else false unless given.
   */
  readonly probeVendorClass?: boolean;
  /** How long after its last connection a card is powered down, in milliseconds; 5,000 as in pcscd unless given. */
  readonly powerDownDelayMs?: number;
  /** Told the name of a reader that waits for the user's touch. */
  readonly onWaitingForTouch?: (readerName: string) => void;
}

/** pcscd: PCSCLITE_POWER_OFF_GRACE_PERIOD. */
const POWER_DOWN_DELAY_MS = 5_000;
/** Every command has a limit of its own, a user at a PIN pad included. */
const LONGEST_CONTROL_MS = 1_800_000;

/**
 * A resource manager over CCID readers: its contexts share readers, cards and transactions. A reader can be in one
 * manager only, for its USB interface is claimed for as long as it is used.
 *
 * Opens no device before one of its contexts is asked for something.
 */
export function createCcidResourceManager(options: CcidContextOptions): IoctlResourceManager {
  const { readers, clock = systemClock, t0 = "apdu", powerDownDelayMs = POWER_DOWN_DELAY_MS } = options;
  const manager = createIoctlResourceManager({
    devices: new ReaderDevices({
      readers,
      clock,
      t0,
      probeVendorClass: options.probeVendorClass ?? readers.platform === "browser",
      onWaitingForTouch: options.onWaitingForTouch ?? (() => undefined),
    }),
    clock,
    powerDownDelayMs,
    ioctlLimitMs: LONGEST_CONTROL_MS,
    // pcscd lets a transaction last as long as its owner lives
    transactionIdleLimitMs: Infinity,
  });
  return {
    establishContext: () => explaining(manager.establishContext()),
    close: () => manager.close(),
    [Symbol.asyncDispose]: () => manager.close(),
  };
}

/**
 * A context over CCID readers with a resource manager of its own, which is closed with it.
 *
 * Opens no device before it is asked for something. A reader that another program has is listed as unavailable, and a
 * connect to it rejects with "reader-unavailable" and says who has it and what to do; it is tried again in growing
 * intervals up to 30 s.
 */
export function createCcidContext(options: CcidContextOptions): SmartCardContext {
  const manager = createCcidResourceManager(options);
  const context = manager.establishContext();
  return {
    listReaders: () => context.listReaders(),
    getStatusChange: (readerStates, statusOptions) => context.getStatusChange(readerStates, statusOptions),
    connect: (readerName, accessMode, connectOptions) => context.connect(readerName, accessMode, connectOptions),
    watch: (watchOptions) => context.watch(watchOptions),
    close: () => manager.close(),
    [Symbol.asyncDispose]: () => manager.close(),
  };
}

/** The same context, whose connect tells why a reader cannot be had. */
function explaining(context: SmartCardContext): SmartCardContext {
  return {
    listReaders: () => context.listReaders(),
    getStatusChange: (readerStates, options) => context.getStatusChange(readerStates, options),
    async connect(readerName, accessMode, options) {
      try {
        return await context.connect(readerName, accessMode, options);
      } catch (error) {
        throw explained(error);
      }
    },
    watch: (options) => context.watch(options),
    close: () => context.close(),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

function explained(error: unknown): unknown {
  if (!isSmartCardError(error, "reader-unavailable") || !isIoctlOpenError(error.cause)) return error;
  const reason = error.cause.cause;
  if (!isCcidReaderError(reason)) return error;
  const { rawCode, symbol, readerName, command } = error;
  return new SmartCardError(
    "reader-unavailable",
    `connect: ${reason.message} [${symbol}] (reader "${readerName ?? ""}")`,
    {
      rawCode,
      symbol,
      ...(readerName === undefined ? {} : { readerName }),
      ...(command === undefined ? {} : { command }),
      cause: reason,
    },
  );
}
