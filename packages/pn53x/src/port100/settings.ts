import type { Port100RfSettings } from "./commands.ts";

/** A rate in kbit/s and a modulation that the chip can. */
export type Port100Rf = "212F" | "424F" | "106A" | "212A" | "424A" | "106B" | "212B" | "424B";

/** Modulations and rates, with what InSetRF is told for them. */
export const PORT100_RF: Readonly<Record<Port100Rf, Port100RfSettings>> = {
  "212F": { transmit: [1, 1], receive: [15, 1] },
  "424F": { transmit: [1, 2], receive: [15, 2] },
  "106A": { transmit: [2, 3], receive: [15, 3] },
  "212A": { transmit: [4, 4], receive: [15, 4] },
  "424A": { transmit: [5, 5], receive: [15, 5] },
  "106B": { transmit: [3, 7], receive: [15, 7] },
  "212B": { transmit: [3, 8], receive: [15, 8] },
  "424B": { transmit: [3, 9], receive: [15, 9] },
};

/** Keys of InSetProtocol. */
export const PORT100_PROTOCOL = {
  INITIAL_GUARD_TIME: 0x00,
  /** 0: none; 1: that of the modulation; 2: that of Type 1 tags. */
  ADD_CRC: 0x01,
  CHECK_CRC: 0x02,
  MULTI_CARD: 0x03,
  ADD_PARITY: 0x04,
  CHECK_PARITY: 0x05,
  BITWISE_ANTICOLLISION: 0x06,
  /** Of a frame's last byte, 1–8. */
  VALID_BITS: 0x07,
  CRYPTO1: 0x08,
  ADD_SOF: 0x09,
  CHECK_SOF: 0x0a,
  ADD_EOF: 0x0b,
  CHECK_EOF: 0x0c,
  DEAF_TIME: 0x0e,
  CONTINUOUS_RECEIVE: 0x0f,
  CONTINUOUS_RECEIVE_MIN_LENGTH: 0x10,
  /** 2 for the frames of Type 1 tags. */
  TYPE1_FRAME: 0x11,
  RFCA: 0x12,
  GUARD_TIME: 0x13,
} as const;

/** A key of {@link PORT100_PROTOCOL}. */
export type Port100ProtocolKey = keyof typeof PORT100_PROTOCOL;

/** A value for every key. */
export type Port100Protocol = Readonly<Record<Port100ProtocolKey, number>>;

/** What every program begins with: FeliCa's frames. */
export const PORT100_PROTOCOL_DEFAULTS: Port100Protocol = {
  INITIAL_GUARD_TIME: 0x18,
  ADD_CRC: 1,
  CHECK_CRC: 1,
  MULTI_CARD: 0,
  ADD_PARITY: 0,
  CHECK_PARITY: 0,
  BITWISE_ANTICOLLISION: 0,
  VALID_BITS: 8,
  CRYPTO1: 0,
  ADD_SOF: 0,
  CHECK_SOF: 0,
  ADD_EOF: 0,
  CHECK_EOF: 0,
  DEAF_TIME: 4,
  CONTINUOUS_RECEIVE: 0,
  CONTINUOUS_RECEIVE_MIN_LENGTH: 0,
  TYPE1_FRAME: 0,
  RFCA: 0,
  GUARD_TIME: 6,
};

/** Frames of type A. Those of Type 1 tags are formed by the chip, which makes their parity itself. */
export const TYPE_A: Port100Protocol = { ...PORT100_PROTOCOL_DEFAULTS, INITIAL_GUARD_TIME: 6, CHECK_PARITY: 1 };
export const TYPE_1: Port100Protocol = { ...TYPE_A, ADD_CRC: 2, CHECK_CRC: 2, TYPE1_FRAME: 2 };

/** Frames of type B: SOF and EOF are made and wanted. */
export const TYPE_B: Port100Protocol = {
  ...PORT100_PROTOCOL_DEFAULTS,
  INITIAL_GUARD_TIME: 20,
  ADD_SOF: 1,
  CHECK_SOF: 1,
  ADD_EOF: 1,
  CHECK_EOF: 1,
};
