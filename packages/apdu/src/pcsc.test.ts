import { fromHex, isFormatError, isUsageError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCommandApdu } from "./command-apdu.ts";
import { parseTlv } from "./parse-tlv.ts";
import {
  ACR122U_DIALECT,
  ACS_DIALECT,
  authenticateObsolete,
  endSessionObject,
  FEITIAN_DIALECT,
  fieldOffObject,
  fieldOnObject,
  flagsObject,
  GEMALTO_PROX_DIALECT,
  generalAuthenticate,
  getData,
  getParametersObject,
  IDENTIV_DIALECT,
  loadKeys,
  manageSession,
  OMNIKEY_5022_DIALECT,
  OMNIKEY_5023_DIALECT,
  OMNIKEY_5X21_DIALECT,
  parseSessionResponse,
  readBinary,
  READER_DIALECTS,
  readerDialect,
  receiveBitsObject,
  receiveObject,
  SCM_DIALECT,
  setParameterObject,
  SONY_DIALECT,
  SONY_VENDOR_DIALECT,
  SPRINGCARD_DIALECT,
  STANDARD_DIALECT,
  startSessionObject,
  switchProtocol,
  timerObject,
  transceiveObject,
  transmitBitsObject,
  transmitObject,
  transparentExchange,
  updateBinary,
  valueOperation,
  verify,
  versionObject,
  WINDOWS_NFC_DIALECT,
} from "./pcsc.ts";
import { buildTlv } from "./build-tlv.ts";

const KEY = fromHex("FFFFFFFFFFFF");
const usage = (run: () => unknown): void => {
  try {
    run();
  } catch (error) {
    expect(isUsageError(error)).toBe(true);
    return;
  }
  throw new Error("was not refused");
};

describe("GET DATA", () => {
  test("of the standard", () => {
    expect(toHex(getData("uid"))).toBe("FFCA000000");
    expect(toHex(getData("uid", 7))).toBe("FFCA000007");
    expect(toHex(getData("historical-bytes"))).toBe("FFCA010000");
    usage(() => getData("sak"));
    expect(() => getData("uid", 257)).toThrow("more than Le can say");
  });

  test("of readers that have more, or call it otherwise", () => {
    expect(toHex(getData("sak", 256, FEITIAN_DIALECT))).toBe("FFCA020000");
    expect(toHex(getData("atqa", 256, FEITIAN_DIALECT))).toBe("FFCA030000");
    expect(toHex(getData("ats", 256, ACR122U_DIALECT))).toBe("FFCA010000");
    usage(() => getData("historical-bytes", 256, ACR122U_DIALECT));
  });
});

describe("LOAD KEYS", () => {
  test("structure, number, length, key", () => {
    expect(toHex(loadKeys({ key: KEY, keyNumber: 0 }))).toBe("FF82000006FFFFFFFFFFFF");
    expect(toHex(loadKeys({ key: KEY, keyNumber: 3, memory: "non-volatile" }))).toBe("FF82200306FFFFFFFFFFFF");
    const secured = { key: new Uint8Array(16), keyNumber: 1, readerKey: true, securedBy: 2 };
    expect(toHex(loadKeys(secured))).toBe(`FF82C20110${"00".repeat(16)}`);
  });

  test("goes where the reader keeps keys", () => {
    expect(toHex(loadKeys({ key: KEY, keyNumber: 0 }, OMNIKEY_5X21_DIALECT))).toBe("FF82200006FFFFFFFFFFFF");
    usage(() => loadKeys({ key: KEY, keyNumber: 0, memory: "volatile" }, OMNIKEY_5X21_DIALECT));
    usage(() => loadKeys({ key: KEY, keyNumber: 0, memory: "non-volatile" }, ACR122U_DIALECT));
    usage(() => loadKeys({ key: KEY, keyNumber: 2 }, ACR122U_DIALECT));
    usage(() => loadKeys({ key: KEY, keyNumber: 0, securedBy: 1 }, WINDOWS_NFC_DIALECT));
    usage(() => loadKeys({ key: KEY, keyNumber: 0 }, SONY_DIALECT));
    expect(toHex(loadKeys({ key: KEY, keyNumber: 80 }, GEMALTO_PROX_DIALECT)).slice(0, 8)).toBe("FF820050");
    usage(() => loadKeys({ key: KEY, keyNumber: 79 }, GEMALTO_PROX_DIALECT));
    usage(() => loadKeys({ key: KEY, keyNumber: 80, memory: "non-volatile" }, GEMALTO_PROX_DIALECT));
  });

  test("has the key type in P2 on SCM readers", () => {
    expect(toHex(loadKeys({ key: KEY, keyNumber: 0, keyType: "A" }, SCM_DIALECT))).toBe("FF82006006FFFFFFFFFFFF");
    expect(toHex(loadKeys({ key: KEY, keyNumber: 0, keyType: "B" }, SCM_DIALECT))).toBe("FF82006106FFFFFFFFFFFF");
    usage(() => loadKeys({ key: KEY, keyNumber: 0 }, SCM_DIALECT));
  });

  test("refuses what cannot be said", () => {
    expect(() => loadKeys({ key: new Uint8Array(0), keyNumber: 0 })).toThrow("the key is empty");
    expect(() => loadKeys({ key: new Uint8Array(256), keyNumber: 0 })).toThrow("more than Lc can say");
    expect(() => loadKeys({ key: KEY, keyNumber: 256 })).toThrow("key number");
    expect(() => loadKeys({ key: KEY, keyNumber: 0, securedBy: 16 })).toThrow("reader key number");
  });
});

describe("AUTHENTICATE", () => {
  test("the general one and the obsolete one", () => {
    const fields = { address: 0x04, keyType: "A", keyNumber: 1 } as const;
    expect(toHex(generalAuthenticate(fields))).toBe("FF860000050100046001");
    expect(toHex(authenticateObsolete(fields))).toBe("FF8800046001");
    expect(toHex(generalAuthenticate({ address: 0x1234, keyType: "B", keyNumber: 0 }))).toBe("FF860000050112346100");
    expect(toHex(generalAuthenticate({ address: 0, keyType: 0x00, keyNumber: 0 }))).toBe("FF860000050100000000");
  });

  test("what a reader does not offer", () => {
    const fields = { address: 0x04, keyType: "A", keyNumber: 0 } as const;
    usage(() => generalAuthenticate(fields, IDENTIV_DIALECT));
    expect(toHex(generalAuthenticate({ ...fields, keyNumber: 1 }, IDENTIV_DIALECT))).toBe("FF860000050100046001");
    usage(() => generalAuthenticate(fields, SONY_DIALECT));
    usage(() => authenticateObsolete(fields, SONY_DIALECT));
    usage(() => authenticateObsolete(fields, GEMALTO_PROX_DIALECT));
  });

  test("what cannot be said", () => {
    for (const build of [generalAuthenticate, authenticateObsolete]) {
      expect(() => build({ address: 0x1_0000, keyType: "A", keyNumber: 0 })).toThrow("address");
      expect(() => build({ address: 0, keyType: 256, keyNumber: 0 })).toThrow("key type");
      expect(() => build({ address: 0, keyType: "A", keyNumber: -1 })).toThrow("key number");
    }
  });
});

test("VERIFY", () => {
  expect(toHex(verify(0x0001, fromHex("FFFFFF")))).toBe("FF20000103FFFFFF");
  expect(() => verify(-1, KEY)).toThrow("P1 P2");
});

describe("READ and UPDATE BINARY", () => {
  test("address in P1 P2", () => {
    expect(toHex(readBinary({ address: 4, ne: 16 }))).toBe("FFB0000410");
    expect(toHex(readBinary({ address: 0x0102, ne: 256 }))).toBe("FFB0010200");
    expect(toHex(updateBinary({ address: 4, data: fromHex("01020304") }))).toBe("FFD600040401020304");
    expect(toHex(readBinary({ address: 0, data: fromHex("010B00018000") }))).toBe("FFB0000006010B00018000");
  });

  test("ISO 15693: Windows has the low byte first", () => {
    const block = { address: 0x0102, iso15693: true };
    expect(toHex(readBinary({ ...block, ne: 4 }))).toBe("FFB0010204");
    expect(toHex(readBinary({ ...block, ne: 4 }, WINDOWS_NFC_DIALECT))).toBe("FFB0020104");
    expect(toHex(readBinary({ address: 5, iso15693: true, ne: 4 }, WINDOWS_NFC_DIALECT))).toBe("FFB0050004");
    expect(toHex(updateBinary({ ...block, data: KEY }, WINDOWS_NFC_DIALECT)).slice(0, 8)).toBe("FFD60201");
    expect(toHex(readBinary({ address: 0x0102, ne: 4 }, WINDOWS_NFC_DIALECT))).toBe("FFB0010204");
  });

  test("what cannot be said", () => {
    expect(() => readBinary({ address: -1, ne: 4 })).toThrow("address");
    expect(() => readBinary({ address: 0, ne: 257 })).toThrow("more than Le can say");
    expect(() => updateBinary({ address: 0, data: new Uint8Array(0) })).toThrow("nothing to write");
    expect(() => updateBinary({ address: 0, data: new Uint8Array(256) })).toThrow("more than Lc can say");
  });
});

describe("increment and decrement", () => {
  const by100 = { operation: "increment", block: 5, operand: 100 } as const;

  test("of the standard: the example of Identiv's manual", () => {
    expect(toHex(valueOperation(by100))).toBe("FFC200030BA00980010581046400 0000".replace(" ", ""));
    expect(toHex(valueOperation({ ...by100, operation: "decrement" }))).toBe("FFC200030BA109800105810464000000");
    expect(toHex(valueOperation({ ...by100, copyTo: 6 }))).toBe("FFC200030EA00C800105800106810464000000");
    expect(valueOperation(by100, OMNIKEY_5023_DIALECT)).toEqual(valueOperation(by100));
  });

  test.each([
    ["ACS", ACS_DIALECT, "FFD70005050100000064", "FFD70005050200000064"],
    ["ACR122U", ACR122U_DIALECT, "FFD70005050100000064", "FFD70005050200000064"],
    ["OMNIKEY 5022", OMNIKEY_5022_DIALECT, "FFD400050464000000", "FFD800050464000000"],
    ["Feitian", FEITIAN_DIALECT, "FFFC000006C10564000000", "FFFC000006C00564000000"],
  ])("of %s", (_, dialect, increment, decrement) => {
    expect(toHex(valueOperation(by100, dialect))).toBe(increment);
    expect(toHex(valueOperation({ ...by100, operation: "decrement" }, dialect))).toBe(decrement);
    usage(() => valueOperation({ ...by100, copyTo: 6 }, dialect));
  });

  test("what is not offered, or cannot be said", () => {
    for (const dialect of [SPRINGCARD_DIALECT, GEMALTO_PROX_DIALECT, SCM_DIALECT])
      usage(() => valueOperation(by100, dialect));
    expect(() => valueOperation({ ...by100, operand: 0x1_0000_0000 })).toThrow("operand");
    expect(() => valueOperation({ ...by100, operand: -1 })).toThrow("operand");
    expect(() => valueOperation({ ...by100, block: 256 })).toThrow("block");
    expect(() => valueOperation({ ...by100, copyTo: 256 })).toThrow("block");
  });
});

describe("the transparent session", () => {
  test("its data objects", () => {
    const objects = [
      [versionObject(), "8003010000"],
      [startSessionObject(), "8100"],
      [endSessionObject(), "8200"],
      [fieldOffObject(), "8300"],
      [fieldOnObject(), "8400"],
      [timerObject(5000), "5F460488130000"],
      [getParametersObject("fsdi", "attribParameters"), "FF6D0401000A00"],
      [setParameterObject("pcb", 0x0a), "FF6E0307010A"],
      [setParameterObject("attribParameters", 1, 2, 3, 4), "FF6E060A0401020304"],
      [flagsObject({}), "90020000"],
      [flagsObject({ noTransmitCrc: true }), "90020001"],
      [flagsObject({ noReceiveCrc: true, noTransmitParity: true }), "90020006"],
      [flagsObject({ noReceiveParity: true, noPrologue: true }), "90020018"],
      [transmitBitsObject(7), "910107"],
      [transmitBitsObject(8), "910100"],
      [receiveBitsObject(4), "920104"],
      [transmitObject(fromHex("AABB")), "9302AABB"],
      [receiveObject(), "9400"],
      [transceiveObject(fromHex("3004")), "95023004"],
    ] as const;
    for (const [object, hex] of objects) expect(toHex(buildTlv([object]))).toBe(hex);
  });

  test("refuses values that are out of range", () => {
    expect(() => versionObject(256)).toThrow("version");
    expect(() => timerObject(-1)).toThrow("timer");
    expect(() => transmitBitsObject(0)).toThrow("bits");
    expect(() => receiveBitsObject(9)).toThrow("bits");
    expect(() => setParameterObject("pcb")).toThrow("number of parameter bytes");
    expect(() => setParameterObject("attribParameters", 1)).toThrow("number of parameter bytes");
    expect(() => setParameterObject("pcb", 256)).toThrow("parameter");
    expect(() => switchProtocol("felica", 256)).toThrow("layer");
  });

  test("its commands", () => {
    expect(toHex(manageSession([startSessionObject()]))).toBe("FFC2000002810000");
    expect(toHex(transparentExchange([timerObject(100_000), transceiveObject(fromHex("6007"))]))).toBe(
      "FFC200010B5F4604A086010095026007" + "00",
    );
    expect(toHex(switchProtocol("iso14443-a", 4))).toBe("FFC20002048F02000400");
    expect(toHex(switchProtocol("felica", 0))).toBe("FFC20002048F02030000");
  });

  test("in Windows' dialect", () => {
    expect(toHex(switchProtocol("iso14443-a", 3, WINDOWS_NFC_DIALECT))).toBe("FFC20002048F020003");
    expect(toHex(manageSession([startSessionObject()], WINDOWS_NFC_DIALECT))).toBe("FFC20000028100");
    usage(() => manageSession([fieldOffObject()], WINDOWS_NFC_DIALECT));
    usage(() => transparentExchange([flagsObject({})], WINDOWS_NFC_DIALECT));
    const frame = (length: number): Uint8Array =>
      transparentExchange([transceiveObject(new Uint8Array(length))], WINDOWS_NFC_DIALECT);
    expect(frame(127)).toHaveLength(5 + 2 + 127);
    expect(() => frame(128)).toThrow("128 bytes");
  });

  test("in the dialect of Sony's vendor interface", () => {
    expect(toHex(manageSession([endSessionObject()], SONY_VENDOR_DIALECT))).toBe("FF50000002820000");
    expect(toHex(switchProtocol("felica", 0, SONY_VENDOR_DIALECT))).toBe("FF500002048F02030000");
    const polling = [timerObject(100_000), transceiveObject(fromHex("0600FFFF0100"))];
    expect(toHex(transparentExchange(polling, SONY_VENDOR_DIALECT))).toBe(
      "FF5000010000" + "0F" + "5F4604A0860100" + "95060600FFFF0100" + "000000",
    );
  });

  test("is refused where there is none, and where it is too long", () => {
    usage(() => manageSession([startSessionObject()], ACR122U_DIALECT));
    usage(() => switchProtocol("felica", 0, GEMALTO_PROX_DIALECT));
    expect(() => transparentExchange([transceiveObject(new Uint8Array(256))])).toThrow("more than Lc can say");
  });

  test("its answers", () => {
    const response = parseSessionResponse(fromHex("C003009000 920104 96020C00 970204AA"));
    expect(response).toMatchObject({ sw: 0x9000, failedObject: 0, lastByteBits: 4, faults: ["parity", "framing"] });
    expect(toHex(response.data ?? new Uint8Array(0))).toBe("04AA");
    expect(response.objects.map(({ tag }) => tag)).toEqual([0x92, 0x96, 0x97]);
    const failed = parseSessionResponse(fromHex("C003016401"));
    expect(failed).toEqual({
      sw: 0x6401,
      failedObject: 1,
      objects: [],
      data: undefined,
      lastByteBits: 8,
      faults: [],
    });
    // Windows has the object C0 last
    expect(parseSessionResponse(fromHex("8003010001C003009000"))).toMatchObject({ sw: 0x9000, failedObject: 0 });
    expect(() => parseSessionResponse(fromHex("8003010001"))).toThrow("C0");
    expect(() => parseSessionResponse(fromHex("C0020090"))).toThrow("C0");
    expect(() => parseSessionResponse(fromHex("C00400900000"))).toThrow("C0");
  });

  test("answers of any bytes are taken apart or refused with a FormatError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), fc.boolean(), (bytes, ok) => {
        const data = ok ? Uint8Array.of(0xc0, 3, 0, 0x90, 0, ...bytes) : bytes;
        try {
          expect(parseSessionResponse(data).sw).toBeGreaterThanOrEqual(0);
        } catch (error) {
          if (!isFormatError(error)) throw error;
        }
      }),
    );
  });
});

describe("dialects", () => {
  test.each([
    ["ACS ACR122U PICC Interface 00 00", "ACS ACR122U"],
    ["ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 00 00", "ACS ACR1252U and kin"],
    ["ACS ACR1281 1S Dual Reader 00 01", "ACS ACR1252U and kin"],
    ["OMNIKEY CardMan 5x21-CL 0", "HID OMNIKEY 5x21"],
    ["HID Global OMNIKEY 5022 Smart Card Reader 0", "HID OMNIKEY 5022, 5122, 5422"],
    ["HID Global OMNIKEY 5127 Smart Card Reader 0", "HID OMNIKEY 5023, 5x27"],
    ["Identiv CLOUD 4701 F Contactless Reader", "Identiv CLOUD, uTrust"],
    ["Identiv uTrust 3700 F CL Reader 0", "Identiv CLOUD, uTrust"],
    ["SCM Microsystems Inc. SCL3711 reader & NFC device 0", "SCM SCL010, SCL011, SCL3711"],
    ["Feitian R502 CL 0", "Feitian R502"],
    ["SpringCard H663 Contactless 0", "SpringCard"],
    ["Gemalto Prox-DU Contactless_11900581 0", "Gemalto Prox-DU, Prox-SU"],
    ["SONY FeliCa RC-S300/P 0", "Sony RC-S300"],
    ["Some other reader 0", "PC/SC part 3"],
  ])("%s speaks %s", (readerName, name) => {
    expect(readerDialect(readerName).name).toBe(name);
  });

  test("are told apart by their names", () => {
    const names = READER_DIALECTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { readerNames } of READER_DIALECTS)
      for (const part of readerNames) expect(part).toBe(part.toUpperCase());
  });

  test("each command of each dialect is one, but for what is said not to be", () => {
    for (const dialect of [...READER_DIALECTS, STANDARD_DIALECT, WINDOWS_NFC_DIALECT]) {
      const commands = [
        () => getData("uid", 256, dialect),
        () => loadKeys({ key: KEY, keyNumber: 0, keyType: "A" }, dialect),
        () => generalAuthenticate({ address: 4, keyType: "A", keyNumber: 1 }, dialect),
        () => readBinary({ address: 4, ne: 16 }, dialect),
        () => updateBinary({ address: 4, data: KEY }, dialect),
        () => valueOperation({ operation: "decrement", block: 4, operand: 1 }, dialect),
        () => transparentExchange([transceiveObject(KEY)], dialect),
      ];
      for (const build of commands) {
        let command: Uint8Array;
        try {
          command = build();
        } catch (error) {
          expect(isUsageError(error)).toBe(true);
          continue;
        }
        expect(parseCommandApdu(command).cla).toBe(0xff);
        if (command[1] === 0xc2) expect(parseTlv(parseCommandApdu(command).data)).not.toHaveLength(0);
      }
    }
  });
});
