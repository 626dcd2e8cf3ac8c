import { fromHex } from "@cardwire/core";
import type { UltralightDump } from "../dump/model.ts";
import { layOut } from "./memory.ts";

const COMMON = {
  kind: "mifare-ultralight",
  atqa: Uint8Array.of(0x44, 0x00),
  sak: 0x00,
  unread: [],
  signature: undefined,
  counters: [0, 0, 0],
  tearing: [0xbd, 0xbd, 0xbd],
  failedAuthentications: 0,
} as const;

/** An NTAG216 with a URI record: http://www.bing.com. */
export function ntag216WithUri(): UltralightDump {
  return {
    ...COMMON,
    product: "NTAG216",
    uid: fromHex("04D149D29C3980"),
    version: fromHex("0004040201001303"),
    memory: layOut(924, 4, {
      0: "04D14914 D29C3980 F7480000 E1106D00",
      4: "030DD101 09550162 696E672E 636F6D00",
      // locks, configuration, password and PACK as they leave the factory
      226: "000000BD 040000FF 00050000 FFFFFFFF 00000000",
    }),
  };
}

/** An NTAG213 with a text record in English, and the lock control block with which it leaves the factory. */
export function ntag213WithText(): UltralightDump {
  return {
    ...COMMON,
    product: "NTAG213",
    uid: fromHex("04A1B2C3D4E5F0"),
    version: fromHex("0004040201000F03"),
    memory: layOut(180, 4, {
      0: "04A1B29F C3D4E5F0 02480000 E1101200",
      4: "0103A00C 340317D1 01135402 656E4865 6C6C6F2C 20636172 64776972 6521FE00",
      40: "000000BD 040000FF 00050000 FFFFFFFF 00000000",
    }),
  };
}

/** A MIFARE Ultralight EV1 of 48 bytes, used as a ticket: a bit of its OTP page burnt, a counter on 7, no NDEF. */
export function ultralightEv1Ticket(): UltralightDump {
  return {
    ...COMMON,
    product: "MIFARE Ultralight EV1 48",
    uid: fromHex("04123456789ABC"),
    version: fromHex("0004030101000B03"),
    counters: [7, 0, 0],
    memory: layOut(80, 4, {
      0: "041234AA 56789ABC 08480000 01000000",
      4: "5469636B 6574206E 6F2E2034 32000000",
      16: "000000FF 00050000 FFFFFFFF 00000000",
    }),
  };
}
