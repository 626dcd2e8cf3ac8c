import { type StorageCardAtrFields } from "./storage-card-atr.ts";
import { type StorageCardName, type StorageCardStandard } from "./storage-card-registry.ts";

const STANDARDS: Record<StorageCardStandard, string> = {
  0x00: "no information",
  0x01: "ISO 14443 A, part 1",
  0x02: "ISO 14443 A, part 2",
  0x03: "ISO 14443 A, part 3",
  0x05: "ISO 14443 B, part 1",
  0x06: "ISO 14443 B, part 2",
  0x07: "ISO 14443 B, part 3",
  0x09: "ISO 15693, part 1",
  0x0a: "ISO 15693, part 2",
  0x0b: "ISO 15693, part 3",
  0x0c: "ISO 15693, part 4",
  0x0d: "ISO 7816-10, I²C",
  0x0e: "ISO 7816-10, extended I²C",
  0x0f: "ISO 7816-10, 2-wire bus",
  0x10: "ISO 7816-10, 3-wire bus",
  0x11: "FeliCa",
  0x40: "low frequency",
};

const NAMES: Record<StorageCardName, string> = {
  0x0000: "no name given",
  0x0001: "MIFARE Classic 1K",
  0x0002: "MIFARE Classic 4K",
  0x0003: "MIFARE Ultralight",
  0x0004: "SLE55R_XXXX",
  0x0006: "SR176",
  0x0007: "SRI X4K",
  0x0008: "AT88RF020",
  0x0009: "AT88SC0204CRF",
  0x000a: "AT88SC0808CRF",
  0x000b: "AT88SC1616CRF",
  0x000c: "AT88SC3216CRF",
  0x000d: "AT88SC6416CRF",
  0x000e: "SRF55V10P",
  0x000f: "SRF55V02P",
  0x0010: "SRF55V10S",
  0x0011: "SRF55V02S",
  0x0012: "TAG IT",
  0x0013: "LRI512",
  0x0014: "ICODE SLI",
  0x0015: "TEMPSENS",
  0x0016: "I·CODE1",
  0x0017: "PicoPass 2K",
  0x0018: "PicoPass 2KS",
  0x0019: "PicoPass 16K",
  0x001a: "PicoPass 16Ks",
  0x001b: "PicoPass 16K(8x2)",
  0x001c: "PicoPass 16KS(8x2)",
  0x001d: "PicoPass 32KS(16+16)",
  0x001e: "PicoPass 32KS(16+8x2)",
  0x001f: "PicoPass 32KS(8x2+16)",
  0x0020: "PicoPass 32KS(8x2+8x2)",
  0x0021: "LRI64",
  0x0022: "I·CODE UID",
  0x0023: "I·CODE EPC",
  0x0024: "LRI12",
  0x0025: "LRI128",
  0x0026: "MIFARE Mini",
  0x0027: "my-d move SLE66R01P",
  0x0028: "my-d NFC SLE66RxxP",
  0x0029: "my-d proximity 2 SLE66RxxS",
  0x002a: "my-d proximity enhanced SLE55RxxE",
  0x002b: "my-d light SRF55V01P",
  0x002c: "PJM Stack Tag SRF66V10ST",
  0x002d: "PJM Item Tag SRF66V10IT",
  0x002e: "PJM Light SRF66V01ST",
  0x002f: "Jewel",
  0x0030: "Topaz NFC",
  0x0031: "AT88SC0104CRF",
  0x0032: "AT88SC0404CRF",
  0x0033: "AT88RF01C",
  0x0034: "AT88RF04C",
  0x0035: "i-Code SL2",
  0x0036: "MIFARE Plus SL1 2K",
  0x0037: "MIFARE Plus SL1 4K",
  0x0038: "MIFARE Plus SL2 2K",
  0x0039: "MIFARE Plus SL2 4K",
  0x003a: "MIFARE Ultralight C",
  0x003b: "FeliCa",
  0x003c: "Melexis sensor tag MLX90129",
  0x003d: "MIFARE Ultralight EV1",
};

/** Names outside the registry that readers of one vendor give (ACS, SpringCard). FFxx is read as a SAK where not here. */
const VENDOR_NAMES: Readonly<Record<number, string>> = {
  0xf004: "Topaz or Jewel (ACR122U)",
  0xf011: "FeliCa 212 kbit/s (ACR122U)",
  0xf012: "FeliCa 424 kbit/s (ACR122U)",
  0xffa0: "type A (SpringCard)",
  0xffb0: "type B (SpringCard)",
  0xffb1: "ASK CTS256B (SpringCard)",
  0xffb2: "ASK CTS512B (SpringCard)",
  0xffb7: "Inside Contactless (SpringCard)",
  0xffb8: "Atmel (SpringCard)",
  0xffc0: "Innovatron B′ (SpringCard)",
  0xffd0: "ISO 15693 (SpringCard)",
  0xffd1: "EM-Marin (SpringCard)",
  0xffd2: "STMicroelectronics (SpringCard)",
};

/** SS and NN in words. */
export interface StorageCardText {
  /** The standard, "reserved" for a value that PC/SC part 3 does not give. */
  readonly standard: string;
  readonly name: string;
  /** Who gave the name: the PC/SC registry, the maker of a reader, or nobody. */
  readonly origin: "registry" | "vendor" | "unassigned";
  /** The SAK that ACS and Gemalto readers write as FFxx for a type A card that they do not know. */
  readonly sak: number | undefined;
}

/**
 * Says in words what SS and NN of a storage card mean (PC/SC part 3 supplement, tables 2 and 3), including the names
 * that readers use outside that registry. SS and NN need not fit together: readers differ.
 */
export function storageCardText(card: Pick<StorageCardAtrFields, "standard" | "cardName">): StorageCardText {
  const { cardName } = card;
  const standard = (STANDARDS as Readonly<Record<number, string>>)[card.standard] ?? "reserved";
  const registered = (NAMES as Readonly<Record<number, string>>)[cardName];
  if (registered !== undefined) return { standard, name: registered, origin: "registry", sak: undefined };
  const vendor = VENDOR_NAMES[cardName];
  if (vendor !== undefined) return { standard, name: vendor, origin: "vendor", sak: undefined };
  if (cardName >> 8 === 0xff) {
    const sak = cardName & 0xff;
    const digits = sak.toString(16).toUpperCase().padStart(2, "0");
    return { standard, name: `type A with SAK ${digits}`, origin: "vendor", sak };
  }
  return { standard, name: "unassigned", origin: "unassigned", sak: undefined };
}
