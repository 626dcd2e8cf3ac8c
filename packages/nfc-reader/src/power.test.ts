import { fromHex } from "@cardwire/core";
import { expect, test } from "vitest";
import { APDU, bench, COLD_RESET, NO_INPUT } from "../test/bench.ts";
import { FakeFamily } from "../test/fake-family.ts";
import { flush } from "../test/manual-clock.ts";

const WARM_RESET = fromHex("02000000");
const ATR = fromHex("3B8F8001804F0CA00000030603003D0000000056");
const NOTHING = { status: "SUCCESS", output: NO_INPUT };

test.each(["documented", "nfccx"] as const)(
  "without a card there is NO_MEDIA, whatever is asked: %s",
  async (profile) => {
    const { io } = await bench(profile);
    expect((await io("POWER", fromHex("FF000000"))).status).toBe("NO_MEDIA");
    expect((await io("POWER", fromHex("FF0000"))).status).toBe("INVALID_PARAMETER");
  },
);

test.each(["documented", "nfccx"] as const)(
  "POWER_DOWN is not supported, other values are invalid: %s",
  async (profile) => {
    const { io, insert } = await bench(profile);
    await insert();
    expect((await io("POWER", fromHex("00000000"))).status).toBe("NOT_SUPPORTED");
    expect((await io("POWER", fromHex("03000000"))).status).toBe("INVALID_PARAMETER");
  },
);

test("documented: a reset is virtual, and has no output", async () => {
  const { io, insert, frontEnd, family } = await bench();
  await insert();
  expect(await io("POWER", COLD_RESET, 32)).toEqual(NOTHING);
  expect(await io("POWER", WARM_RESET)).toEqual(NOTHING);
  expect(frontEnd.log).toEqual(["discover"]);
  expect(family.session.reselections).toBe(0);
});

test("nfccx: a reset selects the tag again, and gives the ATR where there is room", async () => {
  const { io, insert, frontEnd, family } = await bench("nfccx");
  await insert();
  expect(await io("POWER", COLD_RESET, 32)).toEqual({ status: "SUCCESS", output: ATR });
  expect(await io("POWER", WARM_RESET, 20)).toEqual({ status: "SUCCESS", output: ATR });
  expect(await io("POWER", COLD_RESET)).toEqual(NOTHING);
  expect(await io("POWER", COLD_RESET, 19)).toEqual({ status: "BUFFER_TOO_SMALL", output: NO_INPUT });
  expect(frontEnd.log).toEqual(["discover", "reselect", "reselect", "reselect", "reselect"]);
  expect(family.session.reselections).toBe(4);
});

test.each(["sync", "async"] as const)(
  "nfccx: a tag that does not answer the reset is gone, and the reset succeeds: %s",
  async (mode) => {
    const { io, insert, frontEnd } = await bench("nfccx");
    await insert();
    frontEnd.mode = mode;
    frontEnd.remove();
    expect(await io("POWER", COLD_RESET, 32)).toEqual(NOTHING);
    expect((await io("IS_ABSENT")).status).toBe("SUCCESS");
  },
);

test("nfccx: a reset waits for the command that runs", async () => {
  const { io, insert, frontEnd, reader } = await bench("nfccx");
  await insert();
  frontEnd.mode = "held";
  const transmit = io("TRANSMIT", APDU, 64);
  const reset = io("POWER", COLD_RESET, 32);
  const cancelled = io("POWER", COLD_RESET, 32, AbortSignal.timeout(0));
  expect((await cancelled).status).toBe("CANCELLED");
  const late = io("POWER", COLD_RESET, 32);
  frontEnd.release();
  await transmit;
  await flush();
  reader.setRadio(false);
  frontEnd.release();
  expect((await reset).status).toBe("SUCCESS");
  expect((await late).status).toBe("DEVICE_POWERED_OFF");
});

test.each(["sync", "async"] as const)("nfccx: a front end that fails: %s", async (mode) => {
  const { io, insert, frontEnd } = await bench("nfccx");
  await insert();
  frontEnd.mode = mode;
  frontEnd.exchangeError = new Error("unplugged");
  expect((await io("POWER", COLD_RESET, 32)).status).toBe("IO_DEVICE_ERROR");
});

test("nfccx: a card of several protocols is reset in the one that is selected", async () => {
  const requests: unknown[] = [];
  const { io, frontEnd } = await bench("nfccx", {
    families: [new FakeFamily("iso-dep", (target) => target.technology === "nfc-v")],
  });
  const second = { technology: "nfc-v", uid: fromHex("0102030405060708"), dsfid: 0 } as const;
  frontEnd.answer = (request) => {
    requests.push(request);
    return { kind: "done" };
  };
  frontEnd.put({ ...second, technology: "nfc-b-memory", chipId: 0 }, second);
  await io("IS_PRESENT");
  await io("POWER", COLD_RESET);
  expect(requests).toEqual([
    { kind: "reselect", target: second },
    { kind: "reselect", target: second },
  ]);
});
