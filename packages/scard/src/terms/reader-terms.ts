import { PNP_NOTIFICATION, type SmartCardReaderStateFlagsIn, type SmartCardReaderStateFlagsOut } from "@cardwire/core";
import { SCARD_STATE } from "@cardwire/ioctl";

/** True for the pseudo reader; Windows and pcsc-lite do not mind its case. */
export function isPnpNotification(readerName: string): boolean {
  return readerName.toLowerCase() === PNP_NOTIFICATION.toLowerCase();
}

/** The SCARD_STATE_* that a caller believes of a reader. That it wants the reader ignored is no belief. */
export function believedBits(flags: SmartCardReaderStateFlagsIn): number {
  return (
    (flags.unavailable === true ? SCARD_STATE.UNAVAILABLE : 0) |
    (flags.empty === true ? SCARD_STATE.EMPTY : 0) |
    (flags.present === true ? SCARD_STATE.PRESENT : 0) |
    (flags.exclusive === true ? SCARD_STATE.EXCLUSIVE : 0) |
    (flags.inuse === true ? SCARD_STATE.INUSE : 0) |
    (flags.mute === true ? SCARD_STATE.MUTE : 0) |
    (flags.unpowered === true ? SCARD_STATE.UNPOWERED : 0)
  );
}

/** The flags of SCARD_STATE_* in dwEventState; the count above them is left aside. */
export function eventFlags(bits: number): SmartCardReaderStateFlagsOut {
  const has = (bit: number): boolean => (bits & bit) !== 0;
  return {
    ignore: has(SCARD_STATE.IGNORE),
    changed: has(SCARD_STATE.CHANGED),
    unavailable: has(SCARD_STATE.UNAVAILABLE),
    unknown: has(SCARD_STATE.UNKNOWN),
    empty: has(SCARD_STATE.EMPTY),
    present: has(SCARD_STATE.PRESENT),
    exclusive: has(SCARD_STATE.EXCLUSIVE),
    inuse: has(SCARD_STATE.INUSE),
    mute: has(SCARD_STATE.MUTE),
    unpowered: has(SCARD_STATE.UNPOWERED),
  };
}
