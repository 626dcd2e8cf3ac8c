import {
  concatBytes,
  equalBytes,
  fromHex,
  isSmartCardError,
  type SmartCardConnection,
  type SmartCardContext,
  toHex,
} from "@cardwire/core";
import { decodeAttribute, IOCTL_SMARTCARD, SCARD_ATTR, scardCtlCode } from "@cardwire/ioctl";
import { parsePcscFeatures, parsePcscTlvProperties, PCSC_FEATURE } from "@cardwire/ioctl/features";
import { describe, expect, it } from "vitest";
import {
  CCID_ESCAPE_CODE,
  createCcidContext,
  featureControlCode,
  isCcidReaderError,
  type UsbReaders,
  webUsbReaders,
} from "../index.ts";
import {
  CCID_FEATURE,
  type EmulatedCard,
  EmulatedCcidReader,
  EmulatedIccdToken,
  EmulatedUsbDevice,
  FakeUsb,
  FakeUsbDevice,
} from "../testing.ts";
import { readerName } from "./reader-name.ts";

const OK = fromHex("9000");
const card: EmulatedCard = {
  atr: fromHex("3B81018000"),
  transmit: (command) => concatBytes(command.slice(0, 2), OK),
};

async function connected(
  readers: UsbReaders,
  work: (connection: SmartCardConnection, context: SmartCardContext) => Promise<void>,
): Promise<void> {
  await using context = createCcidContext({ readers });
  const [name = ""] = await context.listReaders();
  const { connection } = await context.connect(name, "shared");
  await work(connection, context);
}

describe("the names of readers", () => {
  const device = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]));
  const name = (fields: object, interfaceName?: string): string =>
    readerName({
      device: Object.create(device, Object.getOwnPropertyDescriptors(fields)) as FakeUsbDevice,
      interfaceName,
      number: 10,
      slot: 1,
    });

  it.each([
    [{}, undefined, "Emulated CCID Reader (0001) 0A 01"],
    [{}, "CCID", "Emulated CCID Reader [CCID] (0001) 0A 01"],
    [{}, "Reader 0001", "Emulated CCID Reader [Reader 0001] 0A 01"],
    [{ serialNumber: undefined }, "", "Emulated CCID Reader 0A 01"],
    [{ productName: "Emulated Thing", serialNumber: null }, undefined, "Emulated Emulated Thing 0A 01"],
    [{ vendorId: 0x04e6, productId: 0x5116 }, "CCID", "SCM Microsystems Inc. SCR 3310 [CCID] (0001) 0A 01"],
    [{ manufacturerName: "", productName: undefined, serialNumber: "" }, undefined, "USB 1209:CC1D 0A 01"],
  ])("is made as pcscd makes it: %j, %j", (fields, interfaceName, expected) => {
    expect(name(fields, interfaceName)).toBe(expected);
  });

  it("has 127 characters at most, numbers included", () => {
    expect(name({}, "x".repeat(200))).toHaveLength(127);
    expect(name({}, "x".repeat(200)).endsWith("x 0A 01")).toBe(true);
  });

  it("counts readers and slots, and gives a number that is free again to the next", async () => {
    const plug = (serialNumber: string, maxSlotIndex = 0): FakeUsbDevice =>
      new FakeUsbDevice(
        new EmulatedUsbDevice([new EmulatedCcidReader({ classDescriptor: { maxSlotIndex } })], { serialNumber }),
      );
    const first = plug("A");
    const usb = new FakeUsb(first, plug("B", 1));
    await using context = createCcidContext({ readers: usb });
    expect(await context.listReaders()).toEqual([
      "Emulated CCID Reader (A) 00 00",
      "Emulated CCID Reader (B) 01 00",
      "Emulated CCID Reader (B) 01 01",
    ]);
    first.unplug();
    usb.plug(plug("C"));
    while (!(await context.listReaders()).includes("Emulated CCID Reader (C) 00 00"))
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await context.listReaders()).toHaveLength(3);
  });

  it("counts in the order of the list, whichever reader is first to say what it is", async () => {
    const slow = (serialNumber: string, delayMs: number): FakeUsbDevice =>
      new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()], { serialNumber }), {
        onCall: async (call) => {
          if (call === "controlTransferIn") await new Promise((resolve) => setTimeout(resolve, delayMs));
        },
      });
    await using context = createCcidContext({ readers: new FakeUsb(slow("A", 20), slow("B", 10), slow("C", 0)) });
    expect(await context.listReaders()).toEqual([
      "Emulated CCID Reader (A) 00 00",
      "Emulated CCID Reader (B) 01 00",
      "Emulated CCID Reader (C) 02 00",
    ]);
  });
});

describe("a reader that cannot be had", () => {
  it.each([
    ["linux", { claimedElsewhere: true }, "HELD_BY_OTHER", "systemctl stop pcscd"],
    ["windows", { accessDenied: true }, "HELD_BY_OTHER", "WinUSB"],
    ["macos", { claimedElsewhere: true }, "HELD_BY_OTHER", "usbsmartcardreaderd"],
    ["linux", { accessDenied: true }, "NOT_ALLOWED", "udev"],
  ] as const)("is listed, and says why: %s %j", async (platform, options, code, words) => {
    const device = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]), options);
    const usb = new FakeUsb(device);
    const readers: UsbReaders = { platform, list: () => usb.list(), watch: (listener) => usb.watch(listener) };
    await using context = createCcidContext({ readers });
    const [name = ""] = await context.listReaders();
    expect(name).toBe("Emulated CCID Reader (0001) 00 00");
    const [state] = await context.getStatusChange([{ readerName: name, currentState: { unaware: true } }]);
    expect(state?.eventState.unavailable).toBe(true);
    const error: unknown = await context.connect(name, "shared").catch((reason: unknown) => reason);
    expect(isSmartCardError(error, "reader-unavailable")).toBe(true);
    expect(String(error)).toContain(words);
    expect(isSmartCardError(error) && isCcidReaderError(error.cause, code)).toBe(true);
    expect(device.opened).toBe(false);
  });
});

describe("controls", () => {
  function machine(): FakeUsb {
    const reader = new EmulatedCcidReader({
      classDescriptor: { features: CCID_FEATURE.extendedApdu | 0x4be, pinSupport: 3, lcdLayout: 0x0210 },
      escape: (data) => concatBytes(data, OK),
      pinPad: { enter: () => "1234" },
    });
    reader.insert(card);
    return new FakeUsb(new FakeUsbDevice(new EmulatedUsbDevice([reader])));
  }

  it("sends an Escape by the codes of Windows and pcsc-lite, to a reader without a card too", async () => {
    expect(CCID_ESCAPE_CODE).toBe(scardCtlCode(3_500));
    const usb = machine();
    await connected(usb, async (connection) => {
      for (const code of [CCID_ESCAPE_CODE, scardCtlCode(1, "pcsclite")])
        expect(toHex(await connection.control(code, fromHex("01")))).toBe("019000");
      await connection.disconnect();
    });
    const reader = new EmulatedCcidReader({ escape: (data) => data });
    await using context = createCcidContext({
      readers: new FakeUsb(new FakeUsbDevice(new EmulatedUsbDevice([reader]))),
    });
    const [name = ""] = await context.listReaders();
    const { connection } = await context.connect(name, "direct");
    expect(toHex(await connection.control(CCID_ESCAPE_CODE, fromHex("01")))).toBe("01");
  });

  it.each(["windows", "pcsclite"] as const)(
    "lists its features in the form in which it is asked: %s",
    async (platform) => {
      await connected(machine(), async (connection) => {
        const code = platform === "windows" ? IOCTL_SMARTCARD.GET_FEATURE_REQUEST : scardCtlCode(3_400, "pcsclite");
        const features = parsePcscFeatures(await connection.control(code, new Uint8Array(0)));
        expect(features).toEqual(
          [0x06, 0x07, 0x0a, 0x12, 0x13].map((tag) => ({ tag, controlCode: featureControlCode(tag, platform) })),
        );
        const find = (tag: number): number => features.find((feature) => feature.tag === tag)?.controlCode ?? 0;
        expect(toHex(await connection.control(find(PCSC_FEATURE.IFD_PIN_PROPERTIES), new Uint8Array(0)))).toBe(
          "10020700",
        );
        const properties = parsePcscTlvProperties(
          await connection.control(find(PCSC_FEATURE.GET_TLV_PROPERTIES), new Uint8Array(0)),
        );
        expect(properties.map(({ tag, value }) => [tag, toHex(value)])).toEqual([
          [1, "1002"],
          [2, "07"],
          [3, "00"],
          [9, "00"],
          [10, "00000100"],
          [11, "0912"],
          [12, "1DCC"],
        ]);
        const verify = fromHex("1E008204000804020109040000000005000000" + "0020000100");
        expect(toHex(await connection.control(find(PCSC_FEATURE.VERIFY_PIN_DIRECT), verify))).toMatch(/9000$/);
      });
    },
  );

  it("refuses what a reader does not have", async () => {
    const reader = new EmulatedCcidReader();
    reader.insert(card);
    await connected(new FakeUsb(new FakeUsbDevice(new EmulatedUsbDevice([reader]))), async (connection) => {
      const verify = featureControlCode(PCSC_FEATURE.VERIFY_PIN_DIRECT, "windows");
      for (const code of [verify, CCID_ESCAPE_CODE, 0x1234])
        await expect(connection.control(code, new Uint8Array(24))).rejects.toMatchObject({
          responseCode: "unsupported-feature",
        });
    });
  });
});

describe("attributes", () => {
  it("tells what the reader is, and what was agreed on with the card", async () => {
    const reader = new EmulatedCcidReader();
    reader.insert(card);
    await connected(new FakeUsb(new FakeUsbDevice(new EmulatedUsbDevice([reader]))), async (connection) => {
      const number = async (
        name: "MAX_IFSD" | "CURRENT_IFSD" | "CURRENT_IFSC" | "CURRENT_F" | "PROTOCOL_TYPES" | "CURRENT_PROTOCOL_TYPE",
      ): Promise<number> => decodeAttribute(name, await connection.getAttribute(SCARD_ATTR[name]));
      expect(decodeAttribute("VENDOR_NAME", await connection.getAttribute(SCARD_ATTR.VENDOR_NAME))).toBe("Emulated");
      expect(
        decodeAttribute("VENDOR_IFD_SERIAL_NO", await connection.getAttribute(SCARD_ATTR.VENDOR_IFD_SERIAL_NO)),
      ).toBe("0001");
      expect(await number("PROTOCOL_TYPES")).toBe(3);
      expect(await number("CURRENT_PROTOCOL_TYPE")).toBe(2);
      expect(await number("MAX_IFSD")).toBe(254);
      expect(await number("CURRENT_IFSD")).toBe(254);
      expect(await number("CURRENT_IFSC")).toBe(32);
      expect(await number("CURRENT_F")).toBe(372);
      expect(equalBytes(await connection.getAttribute(SCARD_ATTR.ATR_STRING), card.atr)).toBe(true);
      expect(
        decodeAttribute("DEVICE_FRIENDLY_NAME_W", await connection.getAttribute(SCARD_ATTR.DEVICE_FRIENDLY_NAME_W)),
      ).toBe("Emulated CCID Reader (0001) 00 00");
    });
  });
});

describe("tokens", () => {
  it.each(["A", "B"] as const)("answer over control transfers: version %s", async (version) => {
    const atr = fromHex(version === "A" ? "3B0180" : "3B81018000");
    const token = new EmulatedIccdToken({ version, card: { ...card, atr } });
    await connected(new FakeUsb(new FakeUsbDevice(new EmulatedUsbDevice([token]))), async (connection) => {
      expect(toHex(await connection.transmit(fromHex("00CA000002")))).toBe("00CA9000");
      await connection.disconnect("reset");
    });
  });
});

describe("several readers in one device", () => {
  it("are used at the same time, and the device is closed with the last", async () => {
    const readers = [0, 1].map((interfaceNumber) => {
      const reader = new EmulatedCcidReader({
        interfaceNumber,
        endpointAddresses:
          interfaceNumber === 0 ? { in: 0x81, out: 0x02, interrupt: 0x83 } : { in: 0x84, out: 0x05, interrupt: 0x86 },
      });
      reader.insert(card);
      return reader;
    });
    const device = new FakeUsbDevice(new EmulatedUsbDevice(readers));
    const context = createCcidContext({ readers: new FakeUsb(device) });
    const names = await context.listReaders();
    expect(names).toHaveLength(2);
    const answers = await Promise.all(
      names.map(async (name) => {
        const { connection } = await context.connect(name, "shared");
        return toHex(await connection.transmit(fromHex("00CA000002")));
      }),
    );
    expect(answers).toEqual(["00CA9000", "00CA9000"]);
    await context.close();
    expect(device.opened).toBe(false);
  });
});

describe("a browser", () => {
  it("gives the readers that the user has allowed, and those allowed later", async () => {
    const reader = new EmulatedCcidReader({ interfaceClass: 0xff });
    reader.insert(card);
    const navigatorUsb = new FakeUsb();
    const readers = webUsbReaders(navigatorUsb);
    await using context = createCcidContext({ readers });
    expect(await context.listReaders()).toEqual([]);
    const device = new FakeUsbDevice(new EmulatedUsbDevice([reader]));
    navigatorUsb.plug(device);
    readers.added(device);
    while ((await context.listReaders()).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const [name = ""] = await context.listReaders();
    const { connection } = await context.connect(name, "shared");
    expect(toHex(await connection.transmit(fromHex("00CA000002")))).toBe("00CA9000");
    device.unplug();
    await expect(connection.transmit(fromHex("00CA000002"))).rejects.toMatchObject({
      responseCode: "reader-unavailable",
    });
    while ((await context.listReaders()).length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  });

  it("says in plain words that Chrome keeps web pages from class 0B", async () => {
    const device = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]), {
      onCall(call) {
        if (call !== "claimInterface") return;
        const error = new Error(
          "Failed to execute 'claimInterface' on 'USBDevice': The requested interface implements a protected class.",
        );
        error.name = "SecurityError";
        throw error;
      },
    });
    await using context = createCcidContext({ readers: webUsbReaders(new FakeUsb(device)) });
    const [name = ""] = await context.listReaders();
    await expect(context.connect(name, "shared")).rejects.toThrow("usb-unrestricted");
  });
});
