import { expect, test } from "vitest";
import { APDU, bench, COLD_RESET, NO_INPUT } from "../test/bench.ts";
import { ULTRALIGHT } from "../test/fake-front-end.ts";
import { flush } from "../test/manual-clock.ts";

const SUCCESS = { status: "SUCCESS", output: NO_INPUT };

test("discovery begins with the pending request, and not before", async () => {
  const { frontEnd, io, clock } = await bench();
  await clock.advance(1000);
  expect(frontEnd.log).toEqual([]);
  void io("IS_PRESENT");
  await flush();
  expect(frontEnd.log).toEqual(["discover"]);
});

test("arrival completes IS_PRESENT, departure completes IS_ABSENT", async () => {
  const { frontEnd, io, clock, events } = await bench();
  const present = io("IS_PRESENT");
  await flush();
  frontEnd.put(ULTRALIGHT);
  expect(await present).toEqual(SUCCESS);
  const absent = io("IS_ABSENT");
  frontEnd.remove();
  await clock.advance(200);
  expect(await absent).toEqual(SUCCESS);
  await flush();
  expect(events.map((event) => event.type)).toEqual([
    "discovery-started",
    "discovery-stopped",
    "card-arrived",
    "card-departed",
  ]);
  expect(frontEnd.log).toEqual(["discover", "3000", "deactivate"]);
});

test("a condition that holds already is answered at once", async () => {
  const { io, insert } = await bench();
  expect(await io("IS_ABSENT")).toEqual(SUCCESS);
  await insert();
  expect(await io("IS_PRESENT")).toEqual(SUCCESS);
});

test("one of each kind may wait; a second is busy, and leaves the first alone", async () => {
  const { io, frontEnd, clock } = await bench();
  const first = io("IS_PRESENT");
  expect((await io("IS_PRESENT")).status).toBe("DEVICE_BUSY");
  frontEnd.put(ULTRALIGHT);
  expect((await first).status).toBe("SUCCESS");
  const absent = io("IS_ABSENT");
  expect((await io("IS_ABSENT")).status).toBe("DEVICE_BUSY");
  frontEnd.remove();
  await clock.advance(200);
  expect((await absent).status).toBe("SUCCESS");
});

test("a signal cancels the request that waits, and frees its place", async () => {
  const { io, frontEnd, reader } = await bench();
  const controller = new AbortController();
  const cancelled = io("IS_PRESENT", NO_INPUT, 0, controller.signal);
  await flush();
  controller.abort();
  expect((await cancelled).status).toBe("CANCELLED");
  await reader.settled();
  expect(frontEnd.log).toEqual(["discover", "deactivate"]);
  const next = io("IS_PRESENT");
  frontEnd.put(ULTRALIGHT);
  expect((await next).status).toBe("SUCCESS");
});

test("a request that comes with an aborted signal is cancelled", async () => {
  const { io, frontEnd } = await bench();
  expect((await io("IS_PRESENT", NO_INPUT, 0, AbortSignal.abort())).status).toBe("CANCELLED");
  expect(frontEnd.log).toEqual([]);
});

test("cancelling and asking again goes on without a pause", async () => {
  const { io, frontEnd } = await bench();
  const controller = new AbortController();
  void io("IS_PRESENT", NO_INPUT, 0, controller.signal);
  await flush();
  controller.abort();
  const again = io("IS_PRESENT");
  frontEnd.put(ULTRALIGHT);
  expect((await again).status).toBe("SUCCESS");
});

test("a cancelled IS_ABSENT leaves the card there while the handle is open", async () => {
  const { io, insert, clock, reader, device, frontEnd } = await bench();
  await insert();
  const controller = new AbortController();
  const absent = io("IS_ABSENT", NO_INPUT, 0, controller.signal);
  controller.abort();
  expect((await absent).status).toBe("CANCELLED");
  await clock.advance(1000);
  expect((await io("GET_STATE", NO_INPUT, 4)).output).toEqual(Uint8Array.of(6, 0, 0, 0));
  await device.close();
  await reader.settled();
  expect(frontEnd.isOn).toBe(false);
  expect(clock.timerCount).toBe(0);
});

test("the same card laid down again is a new arrival", async () => {
  const { io, insert, clock, frontEnd, family } = await bench();
  await insert();
  frontEnd.remove();
  await clock.advance(200);
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(1);
  await insert();
  expect(family.sessions).toHaveLength(2);
});

test("presence is asked for every 200 ms, never while an exchange runs", async () => {
  const { insert, clock, frontEnd, io } = await bench();
  await insert();
  await clock.advance(199);
  expect(frontEnd.log).toEqual(["discover"]);
  await clock.advance(1);
  expect(frontEnd.log).toEqual(["discover", "3000"]);
  frontEnd.mode = "held";
  const transmit = io("TRANSMIT", APDU, 20);
  await clock.advance(1000);
  expect(frontEnd.log).toEqual(["discover", "3000", "ffca000000"]);
  frontEnd.release();
  await transmit;
  await clock.advance(200);
  expect(frontEnd.log).toEqual(["discover", "3000", "ffca000000", "3000"]);
  frontEnd.release();
});

test("a slow presence check that finds nobody ends in a departure", async () => {
  const { insert, clock, frontEnd, io } = await bench();
  await insert();
  const absent = io("IS_ABSENT");
  frontEnd.mode = "held";
  await clock.advance(200);
  expect(frontEnd.isHeld).toBe(true);
  frontEnd.remove();
  frontEnd.release();
  expect((await absent).status).toBe("SUCCESS");
});

test("a card that arrives after discovery began, before it says so, is not lost", async () => {
  const { io, frontEnd } = await bench();
  frontEnd.put(ULTRALIGHT);
  expect((await io("IS_PRESENT")).status).toBe("SUCCESS");
});

test.each(["documented", "nfccx"] as const)("a tag that no family takes: %s", async (profile) => {
  const { io, frontEnd, clock, events } = await bench(profile, { families: [] });
  const visible = profile === "nfccx";
  let present: string | undefined;
  void io("IS_PRESENT").then(({ status }) => (present = status));
  frontEnd.put(ULTRALIGHT);
  await clock.advance(1000);
  expect(present).toBeUndefined();
  expect(events.map(({ type }) => type)).toContain("card-unsupported");
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(visible ? 6 : 1);
  expect((await io("IS_PRESENT")).status).toBe(visible ? "SUCCESS" : "DEVICE_BUSY");
  expect((await io("TRANSMIT", APDU, 20)).status).toBe(visible ? "INVALID_DEVICE_STATE" : "NO_MEDIA");
  expect(await io("POWER", COLD_RESET, 32)).toEqual({ status: visible ? "SUCCESS" : "NO_MEDIA", output: NO_INPUT });
  // asked by selecting it again, and found gone
  frontEnd.remove();
  await clock.advance(200);
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(1);
  expect(frontEnd.log.at(-1)).toBe("discover");
});
