import { concatBytes, FormatError, type RfFrame, type RfReply, runDialogue } from "@cardwire/core";
import type { IsoDepLink } from "@cardwire/iso-dep";
import { TYPE1_COMMAND, TYPE1_FIRMWARE_BYTES } from "../activation/type1-commands.ts";
import { FRAMING } from "../chip/registers.ts";
import type { DataExchangeAnswer } from "../command/exchange.ts";
import type { ListedTarget } from "../command/passive-target.ts";
import { Pn53xStatus } from "../status.ts";
import { framesOnly, type StepwiseAir } from "./air.ts";
import { STATUS_OF } from "./statuses.ts";

const NO_BYTES = new Uint8Array(0);

/** The card's 4-bit yes. */
const ACK = 0x0a;

/** The MIFARE commands that the firmware knows (UM0701-02 section 7.3.8). */
const MIFARE = {
  AUTHENTICATE_A: 0x60,
  AUTHENTICATE_B: 0x61,
  READ: 0x30,
  WRITE: 0xa0,
  WRITE_PAGE: 0xa2,
  TRANSFER: 0xb0,
  DECREMENT: 0xc0,
  INCREMENT: 0xc1,
  RESTORE: 0xc2,
} as const;

const MIFARE_COMMANDS: ReadonlySet<number> = /* @__PURE__ */ new Set(Object.values(MIFARE));

function ok(data: Uint8Array): DataExchangeAnswer {
  return { status: Pn53xStatus.OK, data };
}

function failed(status: number): DataExchangeAnswer {
  return { status, data: NO_BYTES };
}

function answered(reply: RfReply): DataExchangeAnswer {
  if (reply.kind === "frame") return ok(reply.data);
  return reply.kind === "done" ? ok(NO_BYTES) : failed(STATUS_OF[reply.reason]);
}

/** What a target is talked to with. */
export interface DataExchange {
  readonly air: StepwiseAir;
  readonly target: ListedTarget;
  readonly timeoutUs: number;
  /** ISO-DEP with a target that has been activated. */
  readonly link: IsoDepLink | undefined;
}

/** InDataExchange: data in the protocol of the target. */
export async function dataExchange(exchange: DataExchange, data: Uint8Array): Promise<DataExchangeAnswer> {
  const { target, link } = exchange;
  if (link !== undefined) return isoDep(exchange, link, data);
  switch (target.kind) {
    case "jewel":
      return jewel(exchange, target.jewelId, data);
    case "a":
      return mifare(exchange, data);
    case "f":
      return answered(await frame(exchange, data, FRAMING.F));
    case "b":
      return answered(await frame(exchange, data, FRAMING.B));
  }
}

function frame({ air, timeoutUs }: DataExchange, data: Uint8Array, framing: number): Promise<RfReply> {
  const request: RfFrame = { kind: "frame", data, timeoutUs };
  return air.frame(request, framing);
}

async function isoDep(exchange: DataExchange, link: IsoDepLink, data: Uint8Array): Promise<DataExchangeAnswer> {
  const framing = exchange.target.kind === "b" ? FRAMING.B : FRAMING.A;
  const outcome = await runDialogue(link.transceive(data), framesOnly(exchange.air, framing));
  if (outcome.kind === "response") return ok(outcome.data);
  return failed(outcome.reason === "protocol" ? Pn53xStatus.RF_PROTOCOL : STATUS_OF[outcome.reason]);
}

async function jewel(exchange: DataExchange, uid: Uint8Array, data: Uint8Array): Promise<DataExchangeAnswer> {
  const [command] = data;
  const taken = command === undefined ? undefined : TYPE1_FIRMWARE_BYTES[command];
  if (taken === undefined || data.length < taken) return failed(Pn53xStatus.DATA_FORMAT);
  const bytes = new Uint8Array(7);
  bytes.set(data.subarray(0, taken));
  // RID asks whoever is there
  if (command !== TYPE1_COMMAND.RID) bytes.set(uid, 3);
  const reply = await frame(exchange, bytes, FRAMING.A);
  // the address, with which the answers to commands for a byte begin, is kept
  return reply.kind === "frame" && taken > 1 ? ok(reply.data.slice(1)) : answered(reply);
}

/**
 * MIFARE commands: those of two frames are given in one.
 *
 * @throws FormatError for any other command, which the chip answers with an error frame.
 */
async function mifare(exchange: DataExchange, data: Uint8Array): Promise<DataExchangeAnswer> {
  const [command = 0, block = 0] = data;
  if (!MIFARE_COMMANDS.has(command))
    throw new FormatError("INVALID_VALUE", "no command of MIFARE", { field: "DataOut" });
  if (command === MIFARE.AUTHENTICATE_A || command === MIFARE.AUTHENTICATE_B) {
    if (data.length !== 12) return failed(Pn53xStatus.DATA_FORMAT);
    const reply = await exchange.air.authenticate({
      kind: "mifare-authenticate",
      block,
      keyType: command === MIFARE.AUTHENTICATE_A ? "a" : "b",
      key: data.slice(2, 8),
      uid: data.slice(8, 12),
    });
    return reply.kind === "done" ? ok(NO_BYTES) : failed(Pn53xStatus.MIFARE_AUTHENTICATION);
  }
  if (command === MIFARE.WRITE && data.length === 18) return inTwo(exchange, data, false);
  if ((command === MIFARE.INCREMENT || command === MIFARE.DECREMENT || command === MIFARE.RESTORE) && data.length === 6)
    return inTwo(exchange, data, true);
  return judged(await frame(exchange, data, FRAMING.A));
}

/** @param isOperand the card says yes to the second frame by silence. */
async function inTwo(exchange: DataExchange, data: Uint8Array, isOperand: boolean): Promise<DataExchangeAnswer> {
  const first = judged(await frame(exchange, data.slice(0, 2), FRAMING.A));
  if (first.status !== Pn53xStatus.OK) return first;
  const reply = await frame(exchange, data.slice(2), FRAMING.A);
  if (isOperand && reply.kind === "failure" && reply.reason === "timeout") return ok(NO_BYTES);
  return judged(reply);
}

/** ACK is no data, and a NAK an error. */
function judged(reply: RfReply): DataExchangeAnswer {
  if (reply.kind !== "frame" || reply.lastBits !== 4) return answered(reply);
  return reply.data[0] === ACK ? ok(NO_BYTES) : failed(Pn53xStatus.MIFARE_AUTHENTICATION);
}

/** Cuts an answer that is longer than a frame of the chip. */
export function cut(data: Uint8Array, mostBytes: number): readonly [head: Uint8Array, rest: Uint8Array] {
  return [data.slice(0, mostBytes), concatBytes(data.subarray(mostBytes))];
}
