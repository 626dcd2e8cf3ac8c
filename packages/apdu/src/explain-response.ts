import { isFormatError } from "@cardwire/core";
import { type ApduLine, ApduLines } from "./apdu-lines.ts";
import { statusWordTables } from "./describe.ts";
import { explainObjects } from "./explain-pcsc.ts";
import { parseResponseApdu, type ResponseApdu } from "./response-apdu.ts";
import { describeStatusWord } from "./status-word.ts";
import { plural } from "./words.ts";

/**
 * A response byte by byte, as {@link explainCommand} does it for commands.
 *
 * @param command what was answered, which tells what the data and the status word mean.
 */
export function explainResponse(bytes: Uint8Array, command?: Uint8Array): readonly ApduLine[] {
  const lines = new ApduLines(bytes);
  let response: ResponseApdu;
  try {
    response = parseResponseApdu(bytes);
  } catch (error) {
    if (!isFormatError(error)) throw error;
    return lines.rest("no response", error.message).all;
  }
  const { data, sw } = response;
  if (data.length > 0) {
    if (command?.[0] === 0xff && command[1] === 0xc2) explainObjects(lines, data);
    else lines.take(data.length, dataField(command), plural(data.length, "byte"));
  }
  const { name, meaning } = describeStatusWord(sw, ...(command === undefined ? [] : statusWordTables(command)));
  return lines.rest("SW1 SW2", name === undefined ? meaning : `${name}: ${meaning}`).all;
}

function dataField(command: Uint8Array | undefined): string {
  if (command?.[0] !== 0xff) return "data";
  if (command[1] !== 0xca) return "data";
  return command[2] === 0 ? "UID" : command[2] === 1 ? "historical bytes" : "data";
}
