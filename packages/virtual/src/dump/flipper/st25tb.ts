import { airOrder } from "../bits.ts";
import type { Iso14443bMemoryDump } from "../model.ts";
import type { FlipperFile } from "./file.ts";

/** How the Flipper spells the types, with product and number of blocks. */
export const FLIPPER_ST25TB: ReadonlyMap<string, { readonly product: string; readonly blocks: number }> = new Map([
  ["512AT", { product: "ST25TB512-AT", blocks: 16 }],
  ["512AC", { product: "ST25TB512-AC", blocks: 16 }],
  ["X512", { product: "SRIX512", blocks: 16 }],
  ["2K", { product: "ST25TB02K", blocks: 64 }],
  ["4K", { product: "ST25TB04K", blocks: 128 }],
  ["X4K", { product: "SRIX4K", blocks: 128 }],
]);

/** Reads the ST25TB part of a Flipper file. Blocks stand there as the air has them. */
export function parseSt25tb(file: FlipperFile): Iso14443bMemoryDump {
  const typeName = file.string("ST25TB Type");
  const type = FLIPPER_ST25TB.get(typeName);
  if (type === undefined) throw file.error("UNSUPPORTED_KIND", "ST25TB Type", `no type "${typeName}" is known`);
  const memory = new Uint8Array(type.blocks * 4);
  for (let block = 0; block < type.blocks; block++) memory.set(file.bytes(`Block ${block}`, 4), block * 4);
  return {
    kind: "iso14443b-memory",
    product: type.product,
    uid: airOrder(file.bytes("UID", 8), 0xd0),
    memory,
    systemBlock: file.bytes("System OTP Block", 4),
  };
}
