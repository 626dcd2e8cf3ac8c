import { type ConformanceProfile, fromHex, type RfTarget, type TransmitOutcome } from "@cardwire/core";
import { encodeTransmitInput, NTSTATUS } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { APDU, bench, NO_INPUT } from "../test/bench.ts";
import { FakeFamily } from "../test/fake-family.ts";
import { ULTRALIGHT } from "../test/fake-front-end.ts";
import { flush } from "../test/manual-clock.ts";

const HEADER = "0200000008000000";

function apdu(hex: string): Uint8Array {
  return encodeTransmitInput(fromHex(hex));
}

test("a command goes to the card without an explicit connect, and its response comes back behind the header", async () => {
  const { io, insert } = await bench();
  await insert();
  expect(await io("TRANSMIT", apdu("30 04"), 64)).toEqual({
    status: "SUCCESS",
    output: fromHex(`${HEADER} 30 04 90 00`),
  });
});

test.each(["documented", "nfccx"] as const)(
  "what is wrong with a request, in the contract's order: %s",
  async (profile) => {
    const { io, insert, reader } = await bench(profile);
    const wrongProtocol = fromHex("0100000008000000 30");
    const wrongPciLength = fromHex("0200000010000000 30");
    const everythingWrong = fromHex("0100000010000000");
    reader.setRadio(false);
    expect((await io("TRANSMIT", everythingWrong, 9)).status).toBe("DEVICE_POWERED_OFF");
    reader.setRadio(true);
    expect((await io("TRANSMIT", everythingWrong, 10)).status).toBe("INVALID_PARAMETER");
    expect((await io("TRANSMIT", apdu("30"), 9)).status).toBe("INVALID_PARAMETER");
    expect((await io("TRANSMIT", wrongProtocol, 10)).status).toBe("INVALID_DEVICE_STATE");
    expect((await io("TRANSMIT", wrongPciLength, 10)).status).toBe(
      profile === "documented" ? "INVALID_PARAMETER" : "NO_MEDIA",
    );
    expect((await io("TRANSMIT", apdu("30"), 10)).status).toBe("NO_MEDIA");
    await insert();
    expect((await io("TRANSMIT", apdu("30"), 11)).status).toBe("SUCCESS");
  },
);

test.each([
  ["documented", { status: "BUFFER_TOO_SMALL", output: NO_INPUT }],
  ["nfccx", { status: "SUCCESS", output: fromHex(`${HEADER} 01 02`) }],
] as const)("a response that does not fit: %s", async (profile, expected) => {
  const { io, insert } = await bench(profile);
  await insert();
  expect(await io("TRANSMIT", apdu("01 02 03"), 10)).toEqual(expected);
});

test("a status that the session gives is handed up", async () => {
  const { io, insert, family } = await bench();
  await insert();
  family.session.outcome = { response: new Uint8Array(0), status: NTSTATUS.IO_TIMEOUT, cardLost: false };
  expect(await io("TRANSMIT", APDU, 64)).toEqual({ status: "IO_TIMEOUT", output: NO_INPUT });
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(6);
});

test("a session that finds the card lost ends its presence", async () => {
  const { io, insert, frontEnd } = await bench();
  await insert();
  const absent = io("IS_ABSENT");
  frontEnd.remove();
  expect((await io("TRANSMIT", APDU, 64)).output).toEqual(fromHex(`${HEADER} 69 81`));
  expect((await absent).status).toBe("SUCCESS");
  expect((await io("TRANSMIT", APDU, 64)).status).toBe("NO_MEDIA");
});

test.each(["sync", "async"] as const)(
  "a front end that fails gives IO_DEVICE_ERROR and is reported: %s",
  async (mode) => {
    const { io, insert, frontEnd, events } = await bench();
    await insert();
    frontEnd.mode = mode;
    frontEnd.exchangeError = new Error("unplugged");
    const absent = io("IS_ABSENT");
    expect((await io("TRANSMIT", APDU, 64)).status).toBe("IO_DEVICE_ERROR");
    expect((await absent).status).toBe("SUCCESS");
    expect(events).toContainEqual({ type: "failed", error: frontEnd.exchangeError });
  },
);

test("a defect of a session is no status", async () => {
  const { io, insert, family } = await bench();
  await insert();
  const defect = new TypeError("a defect");
  family.session.transmit = () => {
    throw defect;
  };
  await expect(io("TRANSMIT", APDU, 64)).rejects.toBe(defect);
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(6);
});

test("one runs at a time; one that waits can be cancelled, one that runs is finished", async () => {
  const { io, insert, frontEnd } = await bench();
  await insert();
  frontEnd.mode = "held";
  const running = new AbortController();
  const waiting = new AbortController();
  const first = io("TRANSMIT", apdu("01"), 64, running.signal);
  const second = io("TRANSMIT", apdu("02"), 64, waiting.signal);
  const third = io("TRANSMIT", apdu("03"), 64);
  running.abort();
  waiting.abort();
  expect((await second).status).toBe("CANCELLED");
  frontEnd.release();
  expect((await first).output).toEqual(fromHex(`${HEADER} 01 90 00`));
  frontEnd.release();
  expect((await third).output).toEqual(fromHex(`${HEADER} 03 90 00`));
  expect(frontEnd.log).toEqual(["discover", "01", "03"]);
});

test("a command that waits while the card goes finds no card", async () => {
  const { io, insert, frontEnd } = await bench();
  await insert();
  frontEnd.mode = "held";
  const first = io("TRANSMIT", apdu("01"), 64);
  const second = io("TRANSMIT", apdu("02"), 64);
  frontEnd.remove();
  frontEnd.release();
  expect((await first).output).toEqual(fromHex(`${HEADER} 69 81`));
  expect((await second).status).toBe("NO_MEDIA");
});

test("a command that waits while the radio goes off is told so", async () => {
  const { io, insert, frontEnd, reader } = await bench();
  await insert();
  frontEnd.mode = "held";
  const first = io("TRANSMIT", apdu("01"), 64);
  const second = io("TRANSMIT", apdu("02"), 64);
  reader.setRadio(false);
  frontEnd.release();
  expect((await first).status).toBe("SUCCESS");
  expect((await second).status).toBe("DEVICE_POWERED_OFF");
  await reader.settled();
  expect(frontEnd.log).toEqual(["discover", "01", "deactivate"]);
});

test("the input may be written again as soon as the call is made", async () => {
  const { io, insert, frontEnd } = await bench();
  await insert();
  frontEnd.mode = "held";
  const input = apdu("AB");
  const first = io("TRANSMIT", input, 64);
  const second = io("TRANSMIT", input, 64);
  input.fill(0);
  frontEnd.release();
  await first;
  await flush();
  frontEnd.release();
  expect((await second).output).toEqual(fromHex(`${HEADER} AB 90 00`));
});

test("ten thousand waiters on a front end that has become fast are no stack overflow", async () => {
  const { io, insert, frontEnd } = await bench();
  await insert();
  frontEnd.mode = "held";
  const all = Array.from({ length: 10_000 }, () => io("TRANSMIT", APDU, 64));
  frontEnd.mode = "sync";
  frontEnd.release();
  expect(new Set((await Promise.all(all)).map(({ status }) => status))).toEqual(new Set(["SUCCESS"]));
});

const LAYER_4: RfTarget = { ...ULTRALIGHT, sak: 0x28, ats: fromHex("0675778102 80") };
const LAYER_3: RfTarget = { ...ULTRALIGHT, sak: 0x28 };

function twoFamilies(): { readonly storage: FakeFamily; readonly isoDep: FakeFamily } {
  const isIsoDep = (target: RfTarget): boolean => target.technology === "nfc-a" && target.ats !== undefined;
  return {
    storage: new FakeFamily("storage", (target) => !isIsoDep(target)),
    isoDep: new FakeFamily("iso-dep", isIsoDep),
  };
}

async function multiProtocol(profile: ConformanceProfile, ...targets: [RfTarget, ...RfTarget[]]) {
  const { storage, isoDep } = twoFamilies();
  const reader = await bench(profile, { families: [storage, isoDep] });
  reader.frontEnd.put(...targets);
  await reader.io("IS_PRESENT");
  const transmit = async (hex: string): Promise<string | Uint8Array> => {
    const { status, output } = await reader.io("TRANSMIT", apdu(hex), 64);
    return status === "SUCCESS" ? output.slice(8) : status;
  };
  return { ...reader, storage, isoDep, transmit };
}

test("Load Key and an ISO-DEP card: the card's own in documented, a status in nfccx", async () => {
  const key = "FF82000006FFFFFFFFFFFF";
  const documented = await multiProtocol("documented", LAYER_4);
  expect(await documented.transmit(key)).toEqual(fromHex(`${key}9000`));
  const nfccx = await multiProtocol("nfccx", LAYER_4);
  expect(await nfccx.transmit(key)).toBe("INVALID_DEVICE_STATE");
  expect(await nfccx.transmit("FF82000005FFFFFFFFFF")).toBe("INVALID_PARAMETER");
  expect(await nfccx.transmit("FF82200006FFFFFFFFFFFF")).toBe("INVALID_PARAMETER");
  expect(await nfccx.transmit("FF820000")).toEqual(fromHex("FF8200009000"));
});

test("Load Key and Switch Protocol of a card that no family takes: nfccx", async () => {
  const { frontEnd, io } = await bench("nfccx", { families: [] });
  frontEnd.put(ULTRALIGHT);
  void io("IS_PRESENT");
  await flush();
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(6);
  frontEnd.log.length = 0;
  expect((await io("TRANSMIT", apdu("FF82000006FFFFFFFFFFFF"), 64)).status).toBe("INVALID_DEVICE_STATE");
  expect((await io("TRANSMIT", apdu("FF82000005FFFFFFFFFF"), 64)).status).toBe("INVALID_PARAMETER");
  expect(frontEnd.log).toEqual([]);
  expect((await io("TRANSMIT", apdu("FFC20002048F020003"), 64)).output.slice(8)).toEqual(fromHex("6F00"));
  expect(frontEnd.log).toEqual(["reselect"]);
  expect((await io("TRANSMIT", APDU, 64)).status).toBe("INVALID_DEVICE_STATE");
});

test("Switch Protocol from ISO-DEP back to layer 3 and the session it finds there: nfccx", async () => {
  const { transmit, storage, isoDep, frontEnd, io } = await multiProtocol("nfccx", LAYER_4, LAYER_3);
  expect(isoDep.sessions).toHaveLength(1);
  expect(await transmit("FFC20002048F020003")).toEqual(fromHex("9000"));
  expect(storage.sessions).toHaveLength(1);
  expect(storage.session.context.targets).toEqual([LAYER_4, LAYER_3]);
  expect(frontEnd.log).toEqual(["discover", "reselect"]);
  // the storage card's session hands over by itself
  storage.session.outcome = { response: fromHex("9000"), status: 0, cardLost: false, switchedTo: LAYER_4 };
  expect(await transmit("FFC20002048F020004")).toEqual(fromHex("9000"));
  expect(isoDep.sessions).toHaveLength(1);
  expect(isoDep.session.reselections).toBe(1);
  expect(await transmit("00A4")).toEqual(fromHex("00A49000"));
  // what names no protocol of the card still costs the tag a selection, as the driver lets go of it first
  frontEnd.log.length = 0;
  expect(await transmit("FFC20002048F020103")).toEqual(fromHex("6F00"));
  expect(await transmit("FFC20002048F020005")).toEqual(fromHex("6F00"));
  expect(frontEnd.log).toEqual(["reselect", "reselect"]);
  expect(isoDep.session.reselections).toBe(3);
  expect(await transmit("FFC20002048F02000300")).toEqual(fromHex("FFC20002048F020003009000"));
  frontEnd.remove();
  expect(await transmit("FFC20002048F020003")).toEqual(fromHex("6F00"));
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(6);
});

test("Load Key of an ISO-DEP card that was a storage card before reaches that one's table: nfccx", async () => {
  const { transmit, storage, isoDep } = await multiProtocol("nfccx", LAYER_3, LAYER_4);
  storage.session.outcome = { response: fromHex("9000"), status: 0, cardLost: false, switchedTo: LAYER_4 };
  await transmit("FFC20002048F020004");
  expect(isoDep.sessions).toHaveLength(1);
  storage.session.outcome = { response: fromHex("9000"), status: 0, cardLost: false };
  expect(await transmit("FF82000006FFFFFFFFFFFF")).toEqual(fromHex("9000"));
  expect(await transmit("00A4")).toEqual(fromHex("00A49000"));
});

test("Switch Protocol of an ISO-DEP card: documented", async () => {
  const { transmit, storage, frontEnd, io } = await multiProtocol("documented", LAYER_4, LAYER_3);
  const atr = "3B8F8001804F0CA00000030603003D0000000056";
  expect(await transmit("FFC20002048F020004")).toEqual(fromHex(`C003009000 5F5114${atr} 9000`));
  expect(await transmit("FFC20002048F02000400")).toEqual(fromHex(`C003009000 5F5114${atr} 9000`));
  expect(await transmit("FFC20002048F020204")).toEqual(fromHex("C003016A81 9000"));
  expect(await transmit("FFC2000200")).toEqual(fromHex("C003006A81 9000"));
  expect(await transmit("FFC20002038F0100")).toEqual(fromHex("C003016700 9000"));
  expect(await transmit("FFC20002048F02")).toEqual(fromHex("6700"));
  expect(await transmit("FFC20002048F020003")).toEqual(fromHex("C003009000 8F0128 9000"));
  expect(storage.sessions).toHaveLength(1);
  storage.session.outcome = { response: fromHex("9000"), status: 0, cardLost: false, switchedTo: LAYER_4 };
  await transmit("FFC20002048F020004");
  frontEnd.remove();
  expect(await transmit("FFC20002048F020003")).toEqual(fromHex("C003016401 9000"));
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(1);
});

test("a card of several protocols is taken by the first one that has a family", async () => {
  const { storage } = twoFamilies();
  const { frontEnd, io } = await bench("documented", { families: [storage] });
  frontEnd.put(LAYER_4, LAYER_3);
  await io("IS_PRESENT");
  expect(storage.session.target).toBe(LAYER_3);
  expect(frontEnd.log).toEqual(["discover", "reselect"]);
});

test("a session that hands over to a protocol without a family stays", async () => {
  const { storage } = twoFamilies();
  const { frontEnd, io } = await bench("documented", { families: [storage] });
  frontEnd.put(LAYER_3, LAYER_4);
  await io("IS_PRESENT");
  const switched: TransmitOutcome = { response: fromHex("9000"), status: 0, cardLost: false, switchedTo: LAYER_4 };
  storage.session.outcome = switched;
  expect((await io("TRANSMIT", APDU, 64)).status).toBe("SUCCESS");
  expect((await io("GET_ATTRIBUTE", fromHex("03030900"), 32)).output).toEqual(storage.session.atr);
});
