import { concatBytes, crcOnAir, insertParity, type RfFrame } from "@cardwire/core";
import {
  CIU,
  CRC_ENABLED,
  FRAMING,
  FRAMING_MASK,
  PARITY_DISABLED,
  RX_LAST_BITS_MASK,
  TX_LAST_BITS_MASK,
} from "../chip/registers.ts";
import type { CommunicateThruAnswer } from "../command/exchange.ts";
import { MAX_FRAME_DATA_BYTES } from "../frame/frame.ts";
import { Pn53xStatus } from "../status.ts";
import type { StepwiseAir } from "./air.ts";
import type { RegisterFile, TransmittedByte } from "./register-file.ts";
import { STATUS_OF } from "./statuses.ts";

/** D5, code and status before the data of an answer. */
const ANSWER_HEAD_BYTES = 3;

/** The longest data of an answer. */
export const MOST_DATA_BYTES: number = MAX_FRAME_DATA_BYTES - ANSWER_HEAD_BYTES;

function noData(status: number): CommunicateThruAnswer {
  return { status, data: new Uint8Array(0) };
}

/** InCommunicateThru: a frame as the registers form it. */
export async function communicateThru(
  air: StepwiseAir,
  registers: RegisterFile,
  data: Uint8Array,
  timeoutUs: number,
): Promise<CommunicateThruAnswer> {
  const txMode = registers.read(CIU.TX_MODE);
  const checksCrc = (registers.read(CIU.RX_MODE) & CRC_ENABLED) !== 0;
  const rawParity = (registers.read(CIU.MANUAL_RCV) & PARITY_DISABLED) !== 0;
  const lastBits = registers.read(CIU.BIT_FRAMING) & TX_LAST_BITS_MASK || 8;
  // bits of a byte that is not whole have no CRC, and neither has the answer to them (ATQA)
  const isShort = !rawParity && lastBits !== 8;
  const frame: RfFrame = {
    kind: "frame",
    data,
    lastBits,
    transmitCrc: (txMode & CRC_ENABLED) !== 0 || isShort,
    receiveCrc: checksCrc || isShort,
    transmitParity: !rawParity,
    receiveParity: !rawParity,
    timeoutUs,
  };
  const reply = await air.frame(frame, txMode & FRAMING_MASK);
  if (reply.kind === "done") return noData(Pn53xStatus.TIMEOUT);
  if (reply.kind === "failure") return noData(STATUS_OF[reply.reason]);
  registers.set(CIU.CONTROL, reply.lastBits & RX_LAST_BITS_MASK);
  // four bits have no CRC: to who checks it, it is wrong
  if (checksCrc && !rawParity && reply.lastBits !== 8) return noData(Pn53xStatus.CRC);
  if (reply.data.length > MOST_DATA_BYTES) return noData(Pn53xStatus.RF_OVERFLOW);
  return { status: Pn53xStatus.OK, data: reply.data };
}

/** A frame of single bytes, sent by the CIU's own commands: one to a Type 1 tag. Its answer is put into the FIFO. */
export async function exchangeSingleBytes(
  air: StepwiseAir,
  registers: RegisterFile,
  transmitted: readonly TransmittedByte[],
  timeoutUs: number,
): Promise<void> {
  const isType1 = transmitted.length > 3 && transmitted.every(({ bits }, index) => bits === (index === 0 ? 7 : 8));
  if (!isType1) return;
  const bytes = Uint8Array.from(transmitted, ({ value }) => value);
  const data = bytes.slice(0, -2);
  const [first, second] = crcOnAir(data, "nfc-a-type1");
  if (bytes.at(-2) !== first || bytes.at(-1) !== second) return;
  const reply = await air.frame({ kind: "frame", data, timeoutUs }, FRAMING.A);
  if (reply.kind !== "frame") return;
  const answer = concatBytes(reply.data, Uint8Array.from(crcOnAir(reply.data, "nfc-a-type1")));
  const rawParity = (registers.read(CIU.MANUAL_RCV) & PARITY_DISABLED) !== 0;
  registers.received(rawParity ? insertParity(answer).data : answer);
}
