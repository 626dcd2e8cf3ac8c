import { concatBytes, type NfcATarget, type RfReply, type RfRequest, type RfTarget } from "@cardwire/core";

/** Who speaks in a packet of link type 264, and whether its CRC is there. */
const EVENT = {
  FIELD_ON: 0xfc,
  FIELD_OFF: 0xfd,
  TO_CARD: 0xfe,
  FROM_CARD: 0xff,
  TO_CARD_WITHOUT_CRC: 0xfa,
  FROM_CARD_WITHOUT_CRC: 0xfb,
} as const;

type Event = (typeof EVENT)[keyof typeof EVENT];

/** The pseudo-header of LINKTYPE_ISO_14443: version 0, event, length with its high byte first; then the frame. */
function packet(event: Event, data: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(0, event, data.length >> 8, data.length & 0xff), data);
}

const NOTHING = new Uint8Array(0);

/** What of a request goes on the air as a frame or a change of the field. */
export function requestPacket(request: RfRequest): Uint8Array | undefined {
  switch (request.kind) {
    case "frame":
      return packet(request.transmitCrc === false ? EVENT.TO_CARD : EVENT.TO_CARD_WITHOUT_CRC, request.data);
    case "field":
      return packet(request.on ? EVENT.FIELD_ON : EVENT.FIELD_OFF, NOTHING);
    default:
      return undefined;
  }
}

/** The reply to a frame or to a receive request; nothing for silence, which no capture can show. */
export function replyPacket(request: RfRequest, reply: RfReply): Uint8Array | undefined {
  if (reply.kind !== "frame" || (request.kind !== "frame" && request.kind !== "receive")) return undefined;
  // four bits of ACK or NAK have no CRC to drop
  const hasCrc = request.receiveCrc === false || reply.data.length <= 1;
  return packet(hasCrc ? EVENT.FROM_CARD : EVENT.FROM_CARD_WITHOUT_CRC, reply.data);
}

const WUPA = Uint8Array.of(0x52);
const SELECT = [0x93, 0x95, 0x97] as const;
const CASCADE_TAG = 0x88;
/** SAK with the bit that says: the UID goes on. */
const UID_NOT_COMPLETE = 0x04;
const RATS = Uint8Array.of(0xe0, 0x80);

function* selectionOfA({ uid, atqa, sak, ats }: NfcATarget): Generator<Uint8Array, void, undefined> {
  yield packet(EVENT.TO_CARD, WUPA);
  yield packet(EVENT.FROM_CARD, atqa);
  for (let level = 0, rest = uid; level < SELECT.length; level++) {
    const isLast = rest.length <= 4;
    const part = isLast ? rest : concatBytes(Uint8Array.of(CASCADE_TAG), rest.subarray(0, 3));
    const checked = concatBytes(part, Uint8Array.of(part.reduce((bcc, byte) => bcc ^ byte, 0)));
    const select = SELECT[level] ?? SELECT[0];
    yield packet(EVENT.TO_CARD, Uint8Array.of(select, 0x20));
    yield packet(EVENT.FROM_CARD, checked);
    yield packet(EVENT.TO_CARD_WITHOUT_CRC, concatBytes(Uint8Array.of(select, 0x70), checked));
    yield packet(EVENT.FROM_CARD_WITHOUT_CRC, Uint8Array.of(isLast ? sak : UID_NOT_COMPLETE));
    if (isLast) break;
    rest = rest.subarray(3);
  }
  if (ats === undefined) return;
  yield packet(EVENT.TO_CARD_WITHOUT_CRC, RATS);
  yield packet(EVENT.FROM_CARD_WITHOUT_CRC, ats);
}

/**
 * What must have gone over the air when a tag was found, for a program that reads the capture to follow. The front end
 * does that by itself; these packets say the same in the standard's words (ISO/IEC 14443-3 and -4). Nothing for tags of
 * other standards.
 */
export function selectionPackets(target: RfTarget): Uint8Array[] {
  switch (target.technology) {
    case "nfc-a":
      return [...selectionOfA(target)];
    case "nfc-b":
      return [
        packet(EVENT.TO_CARD_WITHOUT_CRC, Uint8Array.of(0x05, 0x00, 0x08)),
        packet(
          EVENT.FROM_CARD_WITHOUT_CRC,
          concatBytes(Uint8Array.of(0x50), target.pupi, target.applicationData, target.protocolInfo),
        ),
      ];
    default:
      return [];
  }
}
