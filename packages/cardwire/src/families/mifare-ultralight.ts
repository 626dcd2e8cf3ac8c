import { ultralightProducts } from "@cardwire/mifare-ultralight";
import type { Family } from "./family.ts";
import { readPages } from "./mifare-ultralight-memory.ts";

/** MIFARE Ultralight and NTAG. */
export const mifareUltralightFamily: Family<"mifare-ultralight", undefined> = {
  name: "mifare-ultralight",
  accepts: (_, cardName) => [0x0003, 0x003a, 0x003d].includes(cardName),
  open: (connection) => ({
    helper: undefined,
    readMemory: (options) => readPages(connection, ultralightProducts.NTAG215, options),
  }),
};
