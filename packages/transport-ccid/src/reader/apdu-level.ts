import { concatBytes } from "@cardwire/core";
import { HEADER_BYTES } from "../messages/command-message.ts";
import { ccidCommand, CHAIN } from "../messages/commands.ts";
import { CcidReaderError } from "./reader-error.ts";
import type { SlotLink } from "./slot-link.ts";

const NOTHING = new Uint8Array(0);
const LONGEST_RESPONSE = 65_538;

/**
 * Sends an APDU to a reader that takes APDUs: in one message, or in as many as it needs at the level of extended APDUs.
 * There a response in parts is asked for part by part; at the level of short APDUs bChainParameter has no meaning (USB
 * CCID 1.1, sections 6.1.4 and 6.2.1).
 *
 * @throws CcidReaderError COMMAND_TOO_LONG for a command that a reader for short APDUs cannot take.
 */
export async function transmitApdu(link: SlotLink, command: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  const room = link.plan.maxMessageLength - HEADER_BYTES;
  let data: Uint8Array;
  let chain: number;
  if (command.length <= room) ({ data, byte9: chain } = await link.command(ccidCommand.xfrBlock(command), timeoutMs));
  else if (link.plan.level === "extended-apdu") ({ data, chain } = await sendInParts(link, command, room, timeoutMs));
  else
    throw new CcidReaderError(
      "COMMAND_TOO_LONG",
      `a command of ${command.length} bytes; the reader takes ${room}, and no parts`,
    );
  if (link.plan.level !== "extended-apdu" || !goesOn(chain)) return checked(data);
  const parts = [new Uint8Array(data)];
  let length = data.length;
  while (goesOn(chain)) {
    const part = await link.command(ccidCommand.xfrBlock(NOTHING, 0, CHAIN.NEXT), timeoutMs);
    length += part.data.length;
    if (part.data.length === 0 || length > LONGEST_RESPONSE)
      throw new CcidReaderError("MALFORMED_RESPONSE", "the reader's chain of responses has no end");
    parts.push(new Uint8Array(part.data));
    chain = part.byte9;
  }
  return checked(concatBytes(...parts));
}

/** A reader that asks for more of a command that it has whole has its answer still to give. */
function goesOn(chain: number): boolean {
  return chain === CHAIN.BEGINS || chain === CHAIN.CONTINUES || chain === CHAIN.NEXT;
}

async function sendInParts(
  link: SlotLink,
  command: Uint8Array,
  room: number,
  timeoutMs: number,
): Promise<{ data: Uint8Array; chain: number }> {
  for (let offset = 0; ; offset += room) {
    const part = command.subarray(offset, offset + room);
    const last = offset + room >= command.length;
    const level = offset === 0 ? CHAIN.BEGINS : last ? CHAIN.ENDS : CHAIN.CONTINUES;
    const { data, byte9 } = await link.command(ccidCommand.xfrBlock(part, 0, level), timeoutMs);
    // an answer before all is there is one too: what it says is the application's business
    if (last || data.length >= 2) return { data, chain: byte9 };
    if (byte9 !== CHAIN.NEXT)
      throw new CcidReaderError("MALFORMED_RESPONSE", "the reader does not ask for the rest of the command");
  }
}

function checked(response: Uint8Array): Uint8Array {
  if (response.length < 2)
    throw new CcidReaderError("MALFORMED_RESPONSE", `a response of ${response.length} bytes has no status word`);
  return response;
}
