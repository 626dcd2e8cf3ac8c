import { writeUint32LE } from "@cardwire/core";
import type { CcidCommand } from "./command-message.ts";
import { encodeProtocolData, type ProtocolData } from "./parameters.ts";

/** bClockCommand of IccClock. */
export const CLOCK_COMMAND = { RESTART: 0, STOP: 1 } as const;
/** bFunction of Mechanical. */
export const MECHANICAL_FUNCTION = { ACCEPT: 1, EJECT: 2, CAPTURE: 3, LOCK: 4, UNLOCK: 5 } as const;
/** wLevelParameter of XfrBlock, and bChainParameter of its answer, at the level of extended APDUs. */
export const CHAIN = {
  /** All of it is in this message. */
  WHOLE: 0,
  BEGINS: 1,
  ENDS: 2,
  CONTINUES: 3,
  /** No data: the other side is to send its next part. */
  NEXT: 0x10,
} as const;

/** The fourteen messages to a reader (USB CCID 1.1, section 6.1). */
export const ccidCommand: {
  setParameters(data: ProtocolData): CcidCommand;
  /** @param powerSelect 0 automatic, 1 for 5 V, 2 for 3 V, 3 for 1.8 V. */
  iccPowerOn(powerSelect: number): CcidCommand;
  iccPowerOff(): CcidCommand;
  getSlotStatus(): CcidCommand;
  /** @param data bPINOperation and its structure. */
  secure(data: Uint8Array, bwi?: number, levelParameter?: number): CcidCommand;
  t0Apdu(changes: number, classGetResponse: number, classEnvelope: number): CcidCommand;
  escape(data: Uint8Array): CcidCommand;
  getParameters(): CcidCommand;
  resetParameters(): CcidCommand;
  /** @param clockCommand one of {@link CLOCK_COMMAND}. */
  iccClock(clockCommand: number): CcidCommand;
  /**
   * @param bwi multiplies the card's block waiting time for the block that follows; 0 leaves it.
   * @param levelParameter the number of bytes wanted at character level, one of {@link CHAIN} for extended APDUs, else 0.
   */
  xfrBlock(data: Uint8Array, bwi?: number, levelParameter?: number): CcidCommand;
  /** @param mechanicalFunction one of {@link MECHANICAL_FUNCTION}. */
  mechanical(mechanicalFunction: number): CcidCommand;
  abort(): CcidCommand;
  /** @param clockKHz @param dataRateBps what the reader is to set, at its own choice where it has no other. */
  setDataRateAndClockFrequency(clockKHz: number, dataRateBps: number): CcidCommand;
} = {
  setParameters: (data) => ({ name: "SetParameters", byte7: data.protocol, data: encodeProtocolData(data) }),
  iccPowerOn: (powerSelect) => ({ name: "IccPowerOn", byte7: powerSelect }),
  iccPowerOff: () => ({ name: "IccPowerOff" }),
  getSlotStatus: () => ({ name: "GetSlotStatus" }),
  secure: (data, bwi = 0, levelParameter = 0) => ({ name: "Secure", byte7: bwi, ...level(levelParameter), data }),
  t0Apdu: (changes, classGetResponse, classEnvelope) => ({
    name: "T0APDU",
    byte7: changes,
    byte8: classGetResponse,
    byte9: classEnvelope,
  }),
  escape: (data) => ({ name: "Escape", data }),
  getParameters: () => ({ name: "GetParameters" }),
  resetParameters: () => ({ name: "ResetParameters" }),
  iccClock: (clockCommand) => ({ name: "IccClock", byte7: clockCommand }),
  xfrBlock: (data, bwi = 0, levelParameter = 0) => ({ name: "XfrBlock", byte7: bwi, ...level(levelParameter), data }),
  mechanical: (mechanicalFunction) => ({ name: "Mechanical", byte7: mechanicalFunction }),
  abort: () => ({ name: "Abort" }),
  setDataRateAndClockFrequency(clockKHz, dataRateBps) {
    const data = new Uint8Array(8);
    writeUint32LE(data, 0, clockKHz, "dwClockFrequency");
    writeUint32LE(data, 4, dataRateBps, "dwDataRate");
    return { name: "SetDataRateAndClockFrequency", data };
  },
};

/** The high byte is not cut: one that is none is refused when the message is encoded. */
function level(parameter: number): { byte8: number; byte9: number } {
  return { byte8: parameter & 0xff, byte9: parameter >> 8 };
}
