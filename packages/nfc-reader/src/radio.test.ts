import { isIoctlOpenError } from "@cardwire/core";
import { NTSTATUS } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { APDU, bench, NO_INPUT } from "../test/bench.ts";
import { ULTRALIGHT } from "../test/fake-front-end.ts";
import { flush } from "../test/manual-clock.ts";

/** Step, and whether the radio is on after it (NfcCx, AirplaneModeTests RadioStateBasicTest). */
const MATRIX = [
  ["airplane", true, false],
  ["airplane", false, true],
  ["radio", false, false],
  ["airplane", true, false],
  ["airplane", false, false],
  ["radio", true, true],
  ["airplane", true, false],
  ["radio", true, true],
  ["radio", false, false],
  ["airplane", false, true],
  ["radio", false, false],
  ["airplane", true, false],
  ["radio", true, true],
  ["airplane", false, true],
] as const;

test("radio and airplane mode: fourteen steps, with discovery following", async () => {
  // in nfccx a pended request survives, so there is a subscriber all the time
  const { reader, frontEnd, io, events } = await bench("nfccx");
  void io("IS_PRESENT");
  await flush();
  for (const [index, [what, on, radioIsOn]] of MATRIX.entries()) {
    const before = reader.radio.on;
    frontEnd.log.length = 0;
    expect(what === "radio" ? reader.setRadio(on) : reader.setAirplaneMode(on), `step ${index + 1}`).toBe(0);
    await flush();
    expect(reader.radio.on, `step ${index + 1}`).toBe(radioIsOn);
    expect(frontEnd.isOn, `step ${index + 1}`).toBe(radioIsOn);
    expect(frontEnd.log).toEqual(before === radioIsOn ? [] : radioIsOn ? ["discover"] : ["deactivate"]);
    expect(reader.listInterfaces()).toEqual(radioIsOn ? [reader.device] : []);
  }
  expect(events.filter(({ type }) => type === "radio-changed")).toHaveLength(14);
  expect(events.filter(({ type }) => type === "interface-removed")).toHaveLength(5);
  expect(events.filter(({ type }) => type === "interface-arrived")).toHaveLength(5);
});

test("a state that is so already is refused", async () => {
  const { reader } = await bench();
  expect(reader.setRadio(true)).toBe(NTSTATUS.INVALID_DEVICE_STATE);
  expect(reader.setAirplaneMode(false)).toBe(NTSTATUS.INVALID_DEVICE_STATE);
});

test("radio off: the card departs, opening is refused, the handle that is open stays", async () => {
  const { reader, io, insert, device, frontEnd } = await bench();
  await insert();
  const absent = io("IS_ABSENT");
  reader.setRadio(false);
  expect((await absent).status).toBe("SUCCESS");
  expect((await io("GET_STATE", NO_INPUT, 0)).status).toBe("DEVICE_POWERED_OFF");
  expect((await io("TRANSMIT", APDU, 64)).status).toBe("DEVICE_POWERED_OFF");
  expect((await io("IS_PRESENT")).status).toBe("DEVICE_POWERED_OFF");
  await reader.settled();
  expect(frontEnd.isOn).toBe(false);
  reader.setRadio(true);
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(1);
  reader.setRadio(false);
  await device.close();
  const error = await reader.device.open().catch((reason: unknown) => reason);
  expect(isIoctlOpenError(error) && error.status).toBe(NTSTATUS.INVALID_DEVICE_STATE);
});

test("documented: radio off ends a pended IS_PRESENT", async () => {
  const { reader, io } = await bench();
  const present = io("IS_PRESENT");
  await flush();
  reader.setRadio(false);
  expect((await present).status).toBe("DEVICE_POWERED_OFF");
});

test("nfccx: a pended IS_PRESENT outlives it", async () => {
  const { reader, io, frontEnd } = await bench("nfccx");
  const present = io("IS_PRESENT");
  await flush();
  reader.setRadio(false);
  await reader.settled();
  frontEnd.put(ULTRALIGHT);
  reader.setRadio(true);
  expect((await present).status).toBe("SUCCESS");
});

test("a radio as the host kept it", async () => {
  const radio = { on: false, airplaneMode: true, onBeforeAirplaneMode: true };
  await expect(bench("documented", { radio })).rejects.toThrow("STATUS_INVALID_DEVICE_STATE");
});

test("a card that is found as the radio goes off has not arrived", async () => {
  const { reader, io, frontEnd, events } = await bench("nfccx");
  void io("IS_PRESENT");
  await flush();
  frontEnd.put(ULTRALIGHT);
  reader.setRadio(false);
  await reader.settled();
  expect(events.map(({ type }) => type)).not.toContain("card-arrived");
  expect(frontEnd.log).toEqual(["discover", "deactivate"]);
});
