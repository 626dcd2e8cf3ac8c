import { concatBytes, equalBytes, toHex } from "@cardwire/core";
import type { TagAccess } from "@cardwire/storage-card/tag-access";
import { FELICA_BLOCK_BYTES, FELICA_COMMAND, felicaFrame } from "./commands.ts";
import { FelicaError } from "./felica-error.ts";

const OK = 0x9000;
/** Length, code and IDm of a response; its status flags. */
const HEAD_BYTES = 10;
const FLAGS_BYTES = 2;

/** A list of blocks of one service, as commands have it. */
export function blockList(service: number, blocks: readonly number[]): Uint8Array {
  const elements = blocks.flatMap((block) => (block > 0xff ? [0x00, block & 0xff, block >> 8] : [0x80, block]));
  return Uint8Array.of(1, service & 0xff, service >> 8, blocks.length, ...elements);
}

/** Sends a command with the card's IDm and gives what follows the IDm of the answer. */
export async function command(
  access: TagAccess,
  idm: Uint8Array,
  code: number,
  rest: Uint8Array,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const reply = await access.exchange(felicaFrame(code, idm, rest), signal === undefined ? {} : { signal });
  if (reply.kind === "failure")
    throw new FelicaError("NO_ANSWER", `no answer to command ${hex(code)}: ${toHex(word(reply.statusWord))}`);
  const { data } = reply;
  if (data[0] !== data.length || data[1] !== code + 1 || !equalBytes(data.subarray(2, HEAD_BYTES), idm))
    throw new FelicaError("NO_ANSWER", `the answer to command ${hex(code)} is not this card's: ${toHex(data)}`);
  return data.subarray(HEAD_BYTES);
}

/** Reads blocks of a service by one command. */
export async function readOnce(
  access: TagAccess,
  idm: Uint8Array,
  service: number,
  blocks: readonly number[],
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const list = blockList(service, blocks);
  let data: Uint8Array;
  if (passesStatus(access)) {
    data = await pseudoApdu(access, 0xb0, list, signal);
  } else {
    const rest = await command(access, idm, FELICA_COMMAND.READ_WITHOUT_ENCRYPTION, list, signal);
    checkFlags(rest, `reading ${describe(service, blocks)}`);
    data = rest.subarray(FLAGS_BYTES + 1);
  }
  if (data.length !== blocks.length * FELICA_BLOCK_BYTES)
    throw new FelicaError("NO_ANSWER", `${data.length} bytes came for ${blocks.length} blocks`);
  return data.slice();
}

/** Writes blocks of a service by one command: one, or one and its MAC. */
export async function writeOnce(
  access: TagAccess,
  idm: Uint8Array,
  service: number,
  blocks: readonly number[],
  data: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const list = concatBytes(blockList(service, blocks), data);
  // Windows' driver writes one block, no more
  if (passesStatus(access) && blocks.length === 1) {
    await pseudoApdu(access, 0xd6, list, signal);
    return;
  }
  const rest = await command(access, idm, FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION, list, signal);
  checkFlags(rest, `writing ${describe(service, blocks)}`);
}

/** READ and UPDATE BINARY of readers that carry FeliCa's lists in them and its status flags in the status word. */
function passesStatus(access: TagAccess): boolean {
  return access.dialect.statusWords.felica === "card-status";
}

async function pseudoApdu(access: TagAccess, ins: number, list: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
  const { data, sw } = await access.transmit(concatBytes(Uint8Array.of(0xff, ins, 0, 0, list.length), list), signal);
  if (sw === OK) return data;
  // 69xx and the like are the reader's own; everything else is the card's flags
  if (sw === 0x6981 || sw === 0x6700 || sw === 0x6a81)
    throw new FelicaError("NO_ANSWER", `the reader answered ${toHex(word(sw))}`);
  throw new FelicaError("CARD_STATUS", `the card answered status flags ${toHex(word(sw))}`, { statusFlags: sw });
}

function checkFlags(rest: Uint8Array, what: string): void {
  if (rest.length < FLAGS_BYTES) throw new FelicaError("NO_ANSWER", `${what}: an answer without status flags`);
  const flags = ((rest[0] ?? 0) << 8) | (rest[1] ?? 0);
  if (flags !== 0)
    throw new FelicaError("CARD_STATUS", `${what}: status flags ${toHex(rest.subarray(0, 2))}`, { statusFlags: flags });
}

function describe(service: number, blocks: readonly number[]): string {
  return `block ${blocks.map(hex).join(", ")} of service ${toHex(word(service))}`;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}
