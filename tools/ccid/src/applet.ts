import { parseCommandApdu } from "@cardwire/apdu";
import { concatBytes, fromHex } from "@cardwire/core";
import { type EmulatedCard } from "@cardwire/transport-ccid/testing";

const OK = fromHex("9000");
const UNKNOWN_INSTRUCTION = fromHex("6D00");
const WRONG_LENGTH = fromHex("6700");

/** Instructions of the test card. */
const INS = { select: 0xa4, readBinary: 0xb0, updateBinary: 0xd6, echo: 0xee } as const;

/**
 * A card for tests: SELECT and UPDATE BINARY say 9000, READ BINARY gives as many bytes as it is asked for (each its
 * offset), EE gives its data back.
 */
export function testCard(atr: Uint8Array, options: { readonly fileLength?: number } = {}): EmulatedCard {
  return { atr, transmit: (command) => answer(command, options.fileLength) };
}

function answer(bytes: Uint8Array, fileLength = 65_536): Uint8Array {
  let command: ReturnType<typeof parseCommandApdu>;
  try {
    command = parseCommandApdu(bytes);
  } catch {
    return WRONG_LENGTH;
  }
  switch (command.ins) {
    case INS.select:
    case INS.updateBinary:
      return OK;
    case INS.readBinary:
      return concatBytes(countingBytes(Math.min(command.ne, fileLength)), OK);
    case INS.echo:
      return concatBytes(command.data, OK);
    default:
      return UNKNOWN_INSTRUCTION;
  }
}

/** 00 01 02 … FF 00 … */
export function countingBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index & 0xff);
}
