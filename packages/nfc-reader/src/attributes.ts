import {
  type AttributeName,
  encodeAttribute,
  NTSTATUS,
  SCARD_ATTR,
  SCARD_PROTOCOL,
  SCARD_READER,
} from "@cardwire/ioctl";
import type { Behaviour } from "./behaviour.ts";
import type { Card } from "./card.ts";

/** What a reader says of itself. */
export interface ReaderIdentity {
  readonly vendorName: string;
  readonly ifdType: string;
  readonly deviceUnit: number;
}

/** One attribute that can be read. */
export interface ReadableAttribute {
  /** It describes the card, and cannot be read without one. */
  readonly needsCard: boolean;
  /** The value, or the NTSTATUS of not having it. The bytes are the receiver's own. */
  read(card: Card | undefined): Uint8Array | number;
}

/** The attributes of one reader, by their tags. */
export interface ReaderAttributes {
  readonly readable: ReadonlyMap<number, ReadableAttribute>;
  /** What setting each attribute gives: an NTSTATUS. The value is not looked at. */
  readonly writable: ReadonlyMap<number, number>;
}

/** Answered with a card or without (NFC guide, smart-card attributes). */
function constants(identity: ReaderIdentity, behaviour: Behaviour): [AttributeName, Uint8Array][] {
  return [
    ["VENDOR_NAME", encodeAttribute("VENDOR_NAME", identity.vendorName)],
    ["VENDOR_IFD_TYPE", encodeAttribute("VENDOR_IFD_TYPE", identity.ifdType)],
    ["VENDOR_IFD_VERSION", encodeAttribute("VENDOR_IFD_VERSION", behaviour.ifdVersion)],
    // DDDDCCCC: NFC, channel 0
    ["CHANNEL_ID", encodeAttribute("CHANNEL_ID", 0x0100_0000)],
    ["PROTOCOL_TYPES", encodeAttribute("PROTOCOL_TYPES", SCARD_PROTOCOL.T1)],
    ["DEFAULT_CLK", encodeAttribute("DEFAULT_CLK", 13_560)],
    ["MAX_CLK", encodeAttribute("MAX_CLK", 13_560)],
    ["DEFAULT_DATA_RATE", encodeAttribute("DEFAULT_DATA_RATE", 1)],
    ["MAX_DATA_RATE", encodeAttribute("MAX_DATA_RATE", 1)],
    ["MAX_IFSD", encodeAttribute("MAX_IFSD", 254)],
    ["CHARACTERISTICS", encodeAttribute("CHARACTERISTICS", SCARD_READER.CONTACTLESS)],
    ["CURRENT_CLK", encodeAttribute("CURRENT_CLK", 13_560)],
    ["CURRENT_D", encodeAttribute("CURRENT_D", 1)],
    ["CURRENT_IFSC", encodeAttribute("CURRENT_IFSC", 32)],
    ["CURRENT_IFSD", encodeAttribute("CURRENT_IFSD", 254)],
    ["CURRENT_BWT", encodeAttribute("CURRENT_BWT", 4)],
    ["DEVICE_UNIT", encodeAttribute("DEVICE_UNIT", identity.deviceUnit)],
  ];
}

/**
 * Everything that the reader answers to GET_ATTRIBUTE and SET_ATTRIBUTE; whatever is not here is NOT_SUPPORTED.
 *
 * @throws FormatError for a name that is not ASCII, or a device unit that is no DWORD.
 */
export function readerAttributes(identity: ReaderIdentity, behaviour: Behaviour): ReaderAttributes {
  const readable = new Map<number, ReadableAttribute>();
  for (const [name, value] of constants(identity, behaviour))
    readable.set(SCARD_ATTR[name], { needsCard: false, read: () => value.slice() });
  readable.set(SCARD_ATTR.ICC_PRESENCE, {
    needsCard: false,
    read: (card) => encodeAttribute("ICC_PRESENCE", card === undefined ? 0 : 1),
  });
  readable.set(SCARD_ATTR.CURRENT_PROTOCOL_TYPE, {
    needsCard: true,
    read: () => encodeAttribute("CURRENT_PROTOCOL_TYPE", SCARD_PROTOCOL.T1),
  });
  readable.set(SCARD_ATTR.ATR_STRING, {
    needsCard: true,
    read: (card) => card?.session?.atr.slice() ?? NTSTATUS.NOT_SUPPORTED,
  });
  readable.set(SCARD_ATTR.ICC_TYPE_PER_ATR, {
    needsCard: true,
    read: (card) => encodeAttribute("ICC_TYPE_PER_ATR", card?.session?.iccType ?? 0),
  });
  const writable = new Map<number, number>([[SCARD_ATTR.DEVICE_IN_USE, NTSTATUS.SUCCESS]]);
  if (behaviour.vendorAttributes === "INVALID_PARAMETER") {
    const refused: ReadableAttribute = { needsCard: false, read: () => NTSTATUS.INVALID_PARAMETER };
    readable.set(SCARD_ATTR.VENDOR_SPECIFIC_BRAND_INFO, refused);
    readable.set(SCARD_ATTR.VENDOR_SPECIFIC_DEVICECAP_INFO, refused);
    writable.set(SCARD_ATTR.VENDOR_SPECIFIC_BRAND_INFO, NTSTATUS.INVALID_PARAMETER);
  }
  return { readable, writable };
}
