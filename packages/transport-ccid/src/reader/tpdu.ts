import { HEADER_BYTES } from "../messages/command-message.ts";
import { ccidCommand } from "../messages/commands.ts";
import type { CcidResponse } from "../messages/response-message.ts";
import { SLOT_ERROR } from "../messages/slot-error.ts";
import { transmitApduByT0 } from "../protocol/t0/apdu.ts";
import { exchangeT0Characters } from "../protocol/t0/character-level.ts";
import { edcLength, PROLOGUE_BYTES, type T1Edc } from "../protocol/t1/block.ts";
import type { T1Received, T1Run, T1Send } from "../protocol/t1/exchange.ts";
import { CcidReaderError } from "./reader-error.ts";
import { commandError, hasFailed, type SlotLink } from "./slot-link.ts";

const NOTHING = new Uint8Array(0);

/** Runs T=1 over XfrBlock. @throws CardProtocolError, and what the commands reject with. */
export async function runT1<Outcome>(
  link: SlotLink,
  run: T1Run<Outcome>,
  timeoutMs: number,
  edc: T1Edc,
): Promise<Outcome> {
  let step = run.next();
  while (step.done !== true) step = run.next(await exchangeBlock(link, step.value, timeoutMs, edc));
  return step.value;
}

async function exchangeBlock(link: SlotLink, send: T1Send, timeoutMs: number, edc: T1Edc): Promise<T1Received> {
  const { block, waitingTimeMultiplier } = send;
  const limitMs = timeoutMs * Math.max(waitingTimeMultiplier, 1);
  if (link.plan.level !== "character")
    return received(await link.ask(ccidCommand.xfrBlock(block, waitingTimeMultiplier), limitMs));
  // the prologue says how much there is to read
  const prologue = received(
    await link.ask(ccidCommand.xfrBlock(block, waitingTimeMultiplier, PROLOGUE_BYTES), limitMs),
  );
  if (prologue.kind !== "block" || prologue.bytes.length < PROLOGUE_BYTES) return prologue;
  const missing = (prologue.bytes[2] ?? 0) + edcLength(edc) - (prologue.bytes.length - PROLOGUE_BYTES);
  if (missing <= 0) return prologue;
  const rest = received(await link.ask(ccidCommand.xfrBlock(NOTHING, 0, missing), limitMs));
  if (rest.kind !== "block") return rest;
  const bytes = new Uint8Array(prologue.bytes.length + rest.bytes.length);
  bytes.set(prologue.bytes);
  bytes.set(rest.bytes, prologue.bytes.length);
  return { kind: "block", bytes };
}

function received(response: CcidResponse): T1Received {
  if (!hasFailed(response)) return { kind: "block", bytes: response.data };
  if (response.error === SLOT_ERROR.XFR_PARITY_ERROR || response.error === SLOT_ERROR.XFR_OVERRUN)
    return { kind: "parity-error" };
  if (response.error === SLOT_ERROR.ICC_MUTE && response.iccStatus !== "absent") return { kind: "silence" };
  throw commandError(ccidCommand.xfrBlock(NOTHING), response);
}

/** Sends an APDU by T=0 over XfrBlock: whole TPDUs, or single characters. */
export function transmitByT0(link: SlotLink, command: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  return transmitApduByT0(
    (tpdu) =>
      link.plan.level === "character" ? exchangeCharacters(link, tpdu, timeoutMs) : exchangeTpdu(link, tpdu, timeoutMs),
    command,
    link.plan.getResponseCla,
  );
}

/** Sends one TPDU of T=0 as it is. @throws CcidReaderError COMMAND_TOO_LONG for one that the reader has no room for. */
export async function exchangeTpdu(link: SlotLink, tpdu: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  const room = link.plan.maxMessageLength - HEADER_BYTES;
  if (tpdu.length > room)
    throw new CcidReaderError("COMMAND_TOO_LONG", `a command of ${tpdu.length} bytes; the reader takes ${room}`);
  const { data } = await link.command(ccidCommand.xfrBlock(tpdu), timeoutMs);
  if (data.length < 2) throw new CcidReaderError("MALFORMED_RESPONSE", `a response of ${data.length} bytes`);
  return data;
}

async function exchangeCharacters(link: SlotLink, tpdu: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  const run = exchangeT0Characters(tpdu);
  let step = run.next();
  while (step.done !== true) {
    const { data, expected } = step.value;
    step = run.next((await link.command(ccidCommand.xfrBlock(data, 0, expected), timeoutMs)).data);
  }
  return step.value;
}
