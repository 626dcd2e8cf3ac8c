/** Registers of the contactless interface unit that this package uses (PN532 data sheet, section 8.6). */
export const CIU = {
  TX_MODE: 0x6302,
  RX_MODE: 0x6303,
  TX_CONTROL: 0x6304,
  TX_AUTO: 0x6305,
  MANUAL_RCV: 0x630d,
  COMMAND: 0x6331,
  COMM_IRQ: 0x6334,
  ERROR: 0x6336,
  STATUS_2: 0x6338,
  FIFO_DATA: 0x6339,
  FIFO_LEVEL: 0x633a,
  CONTROL: 0x633c,
  BIT_FRAMING: 0x633d,
} as const;

/** TxMode and RxMode: the chip appends, or checks and removes, the CRC. */
export const CRC_ENABLED = 0x80;
/** TxMode and RxMode: what the bits are framed as. */
export const FRAMING_MASK = 0x03;
export const FRAMING = { A: 0x00, ACTIVE: 0x01, F: 0x02, B: 0x03 } as const;
/** TxMode and RxMode: 0 for 106 kbit/s, 1 for 212, 2 for 424. */
export const SPEED_MASK = 0x70;
export const SPEED_SHIFT = 4;

/** TxAuto: full modulation, as type A wants it. */
export const FORCE_100_ASK = 0x40;

/** ManualRCV: parity bits are neither made nor checked. */
export const PARITY_DISABLED = 0x10;

/** Control: how many bits of the last byte received count, 0 for all. */
export const RX_LAST_BITS_MASK = 0x07;

/** BitFraming: how many bits of the last byte are sent, 0 for all. */
export const TX_LAST_BITS_MASK = 0x07;

/** Commands of the CIU. */
export const CIU_COMMAND = { IDLE: 0x00, TRANSMIT: 0x04, NO_CHANGE: 0x07, RECEIVE: 0x08, TRANSCEIVE: 0x0c } as const;

/** Status2: the cipher of MIFARE Classic is on. */
export const CRYPTO_1_ON = 0x08;

/** FIFOLevel: empties the FIFO. */
export const FLUSH_FIFO = 0x80;

/** Bytes that the FIFO holds. */
export const FIFO_BYTES = 64;
