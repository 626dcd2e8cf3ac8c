import {
  type CardFamily,
  type CardSession,
  fromHex,
  type RfFrontEnd,
  type RfLink,
  type RfTarget,
  runDialogue,
  toHex,
} from "@cardwire/core";
import { atOnce, type ScriptedAir, scriptedAir } from "@cardwire/core/testing";
import { felica } from "@cardwire/felica";
import { encodeTransmitInput, IOCTL_SMARTCARD, ntStatusName } from "@cardwire/ioctl";
import { iso15693 } from "@cardwire/iso15693";
import { mifareClassic } from "@cardwire/mifare-classic";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { topaz } from "@cardwire/topaz";
import { describe, expect, test } from "vitest";
import { createNfcReader } from "../src/index.ts";

interface CardUnderTest {
  readonly family: CardFamily;
  readonly target: RfTarget;
  /** What activation asks of the card, and what the card says. */
  readonly activation?: readonly Exchange[];
}

type Exchange = readonly [request: string, reply: string];

/** Number, name, commands in their order, what goes over the air, and the response to the last command. */
type Vector = readonly [
  number: number,
  name: string,
  commands: readonly [string, ...string[]],
  air: readonly Exchange[],
  response: string,
];

const NTAG216: CardUnderTest = {
  family: mifareUltralight,
  target: { technology: "nfc-a", uid: fromHex("04D149D29C3980"), atqa: fromHex("4400"), sak: 0x00 },
  activation: [
    ["60", "0004040201001303"],
    ["reselect", "done"],
  ],
};
const CLASSIC_1K: CardUnderTest = {
  family: mifareClassic,
  target: { technology: "nfc-a", uid: fromHex("DEADBEEF"), atqa: fromHex("0400"), sak: 0x08 },
};
const IDM = "0102030405060708";
const FELICA: CardUnderTest = {
  family: felica,
  target: { technology: "nfc-f", idm: fromHex(IDM), pmm: fromHex("00F0000002060300") },
};
const ICODE: CardUnderTest = {
  family: iso15693,
  target: { technology: "nfc-v", uid: fromHex("81DCD049080104E0"), dsfid: 0 },
};
const M24LR64: CardUnderTest = {
  family: iso15693,
  target: { technology: "nfc-v", uid: fromHex("6669431BC32C02E0"), dsfid: 0 },
};
const TOPAZ_UID = "AABBCCDD";
const TOPAZ: CardUnderTest = {
  family: topaz,
  target: { technology: "nfc-a-type1", hr0: 0x12, hr1: 0x4c, uid: fromHex(TOPAZ_UID) },
};

const P4 = "030DD10109550162696E672E636F6D00";
const UID = "04D149D29C3980";
const KEY = "FFFFFFFFFFFF";
const LOAD_KEY = `FF82000006${KEY}`;
const START_SESSION = "FFC20000028100";
const AUTHENTICATION = `auth a 4 ${KEY} DEADBEEF`;
const INCREMENT = "A0 09 800105 810401000000".replaceAll(" ", "");
const BLOCK = "000102030405060708090A0B0C0D0E0F";
const FELICA_READ = `1006${IDM}010B00018000`;
const ZEROS = "00".repeat(8);

/** What Windows' driver answers, derived from its source and found again by running it. */
const VECTORS: readonly (readonly [card: string, CardUnderTest, readonly Vector[]])[] = [
  [
    "NTAG216",
    NTAG216,
    [
      [1, "UID", ["FFCA000000"], [], `${UID}9000`],
      [2, "UID, Le 4", ["FFCA000004"], [], `${UID}6C07`],
      [3, "UID, Le 8", ["FFCA000008"], [], `${UID}006282`],
      [4, "historical bytes", ["FFCA010000"], [], "804F0CA00000030603003D000000009000"],
      [5, "read", ["FFB0000410"], [["3004", P4]], `${P4}9000`],
      [6, "read, Le 4", ["FFB0000404"], [["3004", P4]], `${P4}6C10`],
      [7, "read, Le 17", ["FFB0000411"], [], "6282"],
      [8, "read, P1", ["FFB0010410"], [], "6B00"],
      [9, "read, NAK", ["FFB000F010"], [["30F0", "00"]], "6A82"],
      [10, "write", ["FFD6000504DEADBEEF"], [["A205DEADBEEF", "0A"]], "9000"],
      [11, "write to page 0", ["FFD6000004DEADBEEF"], [], "6B00"],
      [12, "write of three bytes", ["FFD6000503DEADBE"], [], "6C00"],
      [12, "write of five bytes", ["FFD6000505DEADBEEF00"], [], "6282"],
      [13, "another class", ["00B0000410"], [], "6800"],
      [14, "another instruction", ["FFA4000000"], [], "6A81"],
      [15, "three bytes", ["FFB000"], [], "6300"],
      [16, "authentication", ["FF860000050100046000"], [], "6A81"],
      [17, "transceive outside a session", ["FFC2000103950160"], [], "C0030169869000"],
      [18, "start of a session", [START_SESSION], [], "C0030090009000"],
      [
        19,
        "transceive in a session",
        [START_SESSION, "FFC2000103950160"],
        [["60", "0004040201001303"]],
        "97080004040201001303C0030090009000",
      ],
      [20, "version", ["FFC20000058003000000"], [], "8003010001C0030090009000"],
      [21, "field on", ["FFC20000028300"], [], "C003016A819000"],
    ],
  ],
  [
    "MIFARE Classic 1K",
    CLASSIC_1K,
    [
      [22, "load key", [LOAD_KEY], [], "9000"],
      [23, "authentication", [LOAD_KEY, "FF860000050100046000"], [[AUTHENTICATION, "done"]], "9000"],
      [
        23,
        "authentication refused",
        [LOAD_KEY, "FF860000050100046000"],
        [
          [AUTHENTICATION, "authentication"],
          ["reselect", "done"],
        ],
        "6981",
      ],
      [24, "another key type", [LOAD_KEY, "FF860000050100046200"], [], "6986"],
      [25, "another version", [LOAD_KEY, "FF860000050200046000"], [], "6983"],
      [26, "a key that is not loaded", [LOAD_KEY, "FF860000050100046007"], [], "6988"],
      [27, "four bytes", [LOAD_KEY, "FF8600000401000460"], [], "0000"],
      [28, "a byte too many", [LOAD_KEY, "FF86000005010004600000"], [], "6300"],
      [29, "increment of nothing", ["FFC2000300"], [], "9000"],
      [
        30,
        "increment",
        [`FFC200030B${INCREMENT}`],
        [
          ["C105", "0A"],
          ["01000000", "timeout"],
          ["B005", "0A"],
        ],
        "9000",
      ],
      [31, "neither increment nor decrement", [`FFC200030B${INCREMENT.replace("A0", "A2")}`], [], "6981"],
      [32, "load key, P1 01", [`FF82010006${KEY}`], [], "INVALID_PARAMETER"],
    ],
  ],
  [
    "FeliCa",
    FELICA,
    [
      [33, "read", ["FFB0000006010B00018000"], [[FELICA_READ, `1D07${IDM}000001${BLOCK}`]], `${BLOCK}9000`],
      [34, "read, status flags", ["FFB0000006010B00018000"], [[FELICA_READ, `0C07${IDM}01A8`]], "01A8"],
      [35, "read, Lc 5", ["FFB0000005010B000180"], [], "6700"],
      [36, "two services", ["FFB0000006020B00018000"], [], "FFA1"],
    ],
  ],
  [
    "ISO 15693",
    ICODE,
    [
      [37, "read", ["FFB0050004"], [["022005", "00AABBCCDD"]], "AABBCCDD9000"],
      [38, "read, Le 00", ["FFB0050000"], [], "6700"],
      [39, "read, block not available", ["FFB0050004"], [["022005", "0110"]], "FFA2"],
      [40, "read, extended address", ["FFB0010104"], [["02300101", "00AABBCCDD"]], "AABBCCDD9000"],
    ],
  ],
  ["M24LR64", M24LR64, [[41, "read", ["FFB0050004"], [["0A200500", "00AABBCCDD"]], "AABBCCDD9000"]]],
  [
    "Topaz",
    TOPAZ,
    [
      [42, "RID", ["FFB0000006"], [["78000000000000", `124C${TOPAZ_UID}`]], `124C${TOPAZ_UID}9000`],
      [43, "READ8", ["FFB0010008"], [[`0201${ZEROS}${TOPAZ_UID}`, "010102030405060708"]], "01020304050607089000"],
      [44, "another Le", ["FFB0000002"], [], "FFFF"],
    ],
  ],
];

/** A link that plays an activation and then a vector, and what it was asked after activation. */
function airOf({ activation = [] }: CardUnderTest, exchanges: readonly Exchange[]): [ScriptedAir, () => string[]] {
  const air = scriptedAir(...[...activation, ...exchanges].map(([, reply]) => reply));
  return [air, () => air.requests.slice(activation.length)];
}

function open({ family, target }: CardUnderTest, link: RfLink): CardSession {
  return atOnce(runDialogue(family.activate(target, { profile: "nfccx" }), link));
}

/** A front end with one card in its field, which stays there. */
function frontEndOf(target: RfTarget, link: RfLink): RfFrontEnd {
  return {
    name: "script",
    maxTransmitBytes: 256,
    maxReceiveBytes: 256,
    discover: () => Promise.resolve([target]),
    exchange: (request) => link.exchange(request),
    deactivate: () => undefined,
    close: () => undefined,
  };
}

const LONG_ENOUGH_MS = 60_000;

describe.each(VECTORS)("%s", (_card, card, vectors) => {
  test.each(vectors)("vector %i, %s: the family's session", (_number, _name, commands, exchanges, response) => {
    const [air, requests] = airOf(card, exchanges);
    const session = open(card, air);
    const responses = commands.map((command) => {
      const { status, response: bytes } = atOnce(runDialogue(session.transmit(fromHex(command), 258), air));
      return status === 0 ? toHex(bytes) : ntStatusName(status);
    });
    expect(responses.at(-1)).toBe(response);
    expect(requests()).toEqual(exchanges.map(([request]) => request));
  });

  test.each(vectors)("vector %i, %s: the reader", async (_number, _name, commands, exchanges, response) => {
    const [air, requests] = airOf(card, exchanges);
    const reader = createNfcReader({
      frontEnd: frontEndOf(card.target, air),
      families: [mifareUltralight, mifareClassic, felica, iso15693, topaz],
      profile: "nfccx",
      presenceIntervalMs: LONG_ENOUGH_MS,
    });
    const device = await reader.device.open();
    await device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, new Uint8Array(0), 0);
    const responses: (string | undefined)[] = [];
    for (const command of commands) {
      const input = encodeTransmitInput(fromHex(command));
      const { status, information, output } = await device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, input, 266);
      expect(information).toBe(output.length);
      expect(toHex(output.subarray(0, 8))).toBe(status === 0 ? "0200000008000000" : "");
      responses.push(status === 0 ? toHex(output.subarray(8)) : ntStatusName(status));
    }
    expect(responses.at(-1)).toBe(response);
    expect(requests()).toEqual(exchanges.map(([request]) => request));
    await reader.close();
  });
});

test("every vector is there", () => {
  const numbers = new Set(VECTORS.flatMap(([, , vectors]) => vectors.map(([number]) => number)));
  expect([...numbers]).toEqual(Array.from({ length: 44 }, (_, index) => index + 1));
});
