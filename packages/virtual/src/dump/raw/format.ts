import { concatBytes, toHex } from "@cardwire/core";
import { DumpError } from "../errors.ts";
import { type TagDump, unreadOf } from "../model.ts";

/** The memory and nothing else; of a key file, all keys A and then all keys B. @throws DumpError */
export function formatRaw(dump: TagDump): Uint8Array {
  if (unreadOf(dump).length > 0) throw new DumpError("PARTIAL", "the format cannot say which bytes were not read");
  if (dump.kind === "mifare-classic-keys") return concatBytes(...dump.keysA, ...dump.keysB);
  if (!("memory" in dump)) throw new DumpError("NOT_REPRESENTABLE", `${dump.kind} is not one piece of memory`);
  return dump.memory.slice();
}

/** The memory in hexadecimal digits, a block or page on each line. @throws DumpError */
export function formatEml(dump: TagDump): string {
  if (dump.kind !== "mifare-ultralight" && dump.kind !== "mifare-classic")
    throw new DumpError("NOT_REPRESENTABLE", `an .eml file cannot hold ${dump.kind}`);
  const memory = formatRaw(dump);
  const lineBytes = dump.kind === "mifare-classic" ? 16 : 4;
  let text = "";
  for (let offset = 0; offset < memory.length; offset += lineBytes)
    text += `${toHex(memory.subarray(offset, offset + lineBytes))}\n`;
  return text;
}
