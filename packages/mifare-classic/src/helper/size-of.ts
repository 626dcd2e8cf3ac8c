import type { ClassicSize } from "../geometry.ts";

/** The size of a card by its PC/SC card name (NN NN of the ATR); `undefined` for a name that is no MIFARE Classic's. */
export function classicSizeOf(cardName: number): ClassicSize | undefined {
  switch (cardName) {
    case 0x0026:
      return "mini";
    case 0x0001:
      return "1k";
    case 0x0036:
    case 0x0038:
      return "2k";
    case 0x0002:
    case 0x0037:
    case 0x0039:
      return "4k";
    default:
      return undefined;
  }
}
