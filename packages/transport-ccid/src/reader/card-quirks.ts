import type { Atr } from "@cardwire/atr";
import { toHex } from "@cardwire/core";

/** An OpenPGP card, version 1 (known from libccid). */
const OPENPGP_CARD = "3BFA1300FF813180450031C173C00100009000B1";
/** BWI 7 in the place of 4: 11 s, for it makes keys without asking for time. */
const OPENPGP_TB3 = 0x75;

/** An answer to reset without the mistakes that cards are known to make in theirs. */
export function correctedAtr(atr: Atr): Atr {
  if (toHex(atr.bytes) !== OPENPGP_CARD) return atr;
  return {
    ...atr,
    interfaceBytes: atr.interfaceBytes.map((group, index) => (index === 2 ? { ...group, tb: OPENPGP_TB3 } : group)),
  };
}
