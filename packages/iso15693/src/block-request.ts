import { ISO15693_COMMAND as COMMAND, REQUEST_FLAG } from "./commands.ts";
import { wantsProtocolExtension } from "./products.ts";

/** The plain commands that have an extended form, and what it adds to their code. */
const EXTENDED = COMMAND.EXTENDED_READ_SINGLE_BLOCK - COMMAND.READ_SINGLE_BLOCK;

/**
 * A request about a block, not addressed: by the plain command up to block 255, by the extended one above; with the
 * protocol extension flag and two bytes for ST's large memories.
 *
 * @param command a plain block command, 20–24.
 * @param parameters what follows the block number.
 */
export function blockRequest(
  uid: Uint8Array,
  command: number,
  block: number,
  parameters: Uint8Array = NO_PARAMETERS,
): Uint8Array {
  const extension = wantsProtocolExtension(uid);
  const wide = extension || block > 0xff;
  const bytes = new Uint8Array((wide ? 4 : 3) + parameters.length);
  bytes[0] = REQUEST_FLAG.HIGH_DATA_RATE | (extension ? REQUEST_FLAG.PROTOCOL_EXTENSION : 0);
  bytes[1] = wide && !extension ? command + EXTENDED : command;
  bytes[2] = block & 0xff;
  if (wide) bytes[3] = block >> 8;
  bytes.set(parameters, wide ? 4 : 3);
  return bytes;
}

const NO_PARAMETERS = new Uint8Array(0);
