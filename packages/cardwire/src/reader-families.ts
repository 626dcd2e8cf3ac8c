import type { CardFamily } from "@cardwire/core";
import { felica } from "@cardwire/felica";
import { isoDep } from "@cardwire/iso-dep";
import { iso14443b } from "@cardwire/iso14443b";
import { iso15693 } from "@cardwire/iso15693";
import { mifareClassic } from "@cardwire/mifare-classic";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { topaz } from "@cardwire/topaz";

/** Every card family that there is a translator for, in the order in which a reader asks them. */
export const readerFamilies: readonly CardFamily[] = [
  mifareUltralight,
  mifareClassic,
  topaz,
  felica,
  iso15693,
  iso14443b,
  isoDep,
];
