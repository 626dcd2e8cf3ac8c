import { type Atr, globalParameters, parseAtr, t0Parameters, t1Timing } from "@cardwire/atr";
import { attributeName, encodeAttribute, ICC_TYPE, SCARD_PROTOCOL } from "@cardwire/ioctl";
import { HEADER_BYTES } from "../messages/command-message.ts";
import { deviceVersion } from "../reader/open-reader.ts";
import type { CcidReader } from "../reader/reader.ts";
import type { CcidSlot } from "../reader/slot.ts";

/** SCARD_ATTR_CHANNEL_ID of a USB reader: DDDDCCCC with 0020h for USB. */
const USB_CHANNEL = 0x0020_0000;
/** SCARD_ATTR_ICC_INTERFACE_STATUS: contacts are active. */
const CONTACTS_ACTIVE = 0xff;
const CARD_SWALLOWED = 2;

/** An attribute's value; undefined for one that the reader does not have, or not now (winsmcrd.h). */
export function readAttribute(tag: number, reader: CcidReader, slot: CcidSlot): Uint8Array | undefined {
  const name = attributeName(tag);
  if (name === undefined) return undefined;
  const { device, plan } = reader;
  const descriptor = reader.interface.classDescriptor;
  const card = cardValues(reader, slot);
  switch (name) {
    case "VENDOR_NAME":
      return encodeAttribute(name, ascii(device.manufacturerName) ?? "CCID");
    case "VENDOR_IFD_TYPE":
      return encodeAttribute(name, ascii(device.productName) ?? "reader");
    case "VENDOR_IFD_VERSION":
      return encodeAttribute(name, deviceVersion(device) * 0x1_0000);
    case "VENDOR_IFD_SERIAL_NO": {
      const serial = ascii(device.serialNumber);
      return serial === undefined ? undefined : encodeAttribute(name, serial);
    }
    case "CHANNEL_ID":
      return encodeAttribute(name, USB_CHANNEL | reader.interface.interfaceNumber);
    case "PROTOCOL_TYPES":
      return encodeAttribute(name, protocolMask(plan.protocols));
    case "DEFAULT_CLK":
      return encodeAttribute(name, descriptor.dwDefaultClock);
    case "MAX_CLK":
      return encodeAttribute(name, descriptor.dwMaximumClock);
    case "DEFAULT_DATA_RATE":
      return encodeAttribute(name, descriptor.dwDataRate);
    case "MAX_DATA_RATE":
      return encodeAttribute(name, descriptor.dwMaxDataRate);
    case "MAX_IFSD":
      return encodeAttribute(name, plan.ifsd);
    case "SYNC_PROTOCOL_TYPES":
      return encodeAttribute(name, descriptor.dwSynchProtocols);
    case "POWER_MGMT_SUPPORT":
    case "CHARACTERISTICS":
      return encodeAttribute(name, 0);
    case "DEVICE_UNIT":
      return encodeAttribute(name, slot.index);
    case "MAXINPUT":
      return encodeAttribute(name, plan.level === "short-apdu" ? plan.maxMessageLength - HEADER_BYTES : 0);
    case "ICC_PRESENCE":
      return encodeAttribute(name, slot.present ? CARD_SWALLOWED : 0);
    case "ICC_INTERFACE_STATUS":
      return encodeAttribute(name, slot.answerToReset === undefined ? 0 : CONTACTS_ACTIVE);
    case "ATR_STRING":
      return slot.answerToReset?.slice();
    case "ICC_TYPE_PER_ATR":
      return encodeAttribute(name, slot.answerToReset === undefined ? ICC_TYPE.UNKNOWN : ICC_TYPE.ASYNC_7816);
    case "CURRENT_PROTOCOL_TYPE":
      return encodeAttribute(name, card === undefined ? 0 : protocolMask([card.protocol]));
    default: {
      const value = card?.[name as keyof typeof card];
      return value === undefined ? undefined : encodeAttribute(name as "CURRENT_CLK", value);
    }
  }
}

/** What was agreed on with the card, by the names of its attributes. */
function cardValues(
  reader: CcidReader,
  slot: CcidSlot,
): ({ readonly protocol: 0 | 1 } & Partial<Record<string, number>>) | undefined {
  const { answerToReset, cardLink } = slot;
  if (answerToReset === undefined || cardLink === undefined) return undefined;
  const atr = parseAtr(answerToReset);
  const { protocol, fi, di, t1 } = cardLink;
  const { clockKHz } = reader.plan;
  return {
    protocol,
    CURRENT_CLK: clockKHz,
    CURRENT_F: fi,
    CURRENT_D: di,
    CURRENT_N: globalParameters(atr).extraGuardTime,
    ...(protocol === 0
      ? { CURRENT_W: t0Parameters(atr).waitingTimeInteger }
      : {
          ...(t1 === undefined
            ? { CURRENT_IFSD: reader.plan.ifsd }
            : { CURRENT_IFSC: t1.ifsc, CURRENT_IFSD: t1.ifsd, CURRENT_EBC_ENCODING: t1.edc === "crc" ? 1 : 0 }),
          ...waitingTimes(atr, clockKHz, fi, di),
        }),
  };
}

/** In etu. */
function waitingTimes(atr: Atr, clockKHz: number, fi: number, di: number): Record<string, number> {
  if (clockKHz <= 0) return {};
  const timing = t1Timing(atr, { clockHz: clockKHz * 1000, fi, di });
  return {
    CURRENT_BWT: Math.round(timing.blockWaitingTimeUs / timing.etuUs),
    CURRENT_CWT: Math.round(timing.characterWaitingTimeUs / timing.etuUs),
  };
}

function protocolMask(protocols: readonly (0 | 1)[]): number {
  let mask = 0;
  for (const protocol of protocols) mask |= protocol === 0 ? SCARD_PROTOCOL.T0 : SCARD_PROTOCOL.T1;
  return mask;
}

/** Strings of devices may have any character; those of attributes may not. */
function ascii(text: string | null | undefined): string | undefined {
  const plain = text?.replace(/[^\x20-\x7e]/g, "?").trim();
  return plain === undefined || plain === "" ? undefined : plain;
}
