import { VirtualClock } from "@cardwire/core/testing";
import { createVirtualField, loadTag } from "@cardwire/virtual";
import { felicaLiteSWithUri, ntag216WithUri } from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";
import { bench, failure, NEVER, pipeTo } from "../../test/front-end-bench.ts";
import { openPn53x } from "../chip/pn53x.ts";
import { Pn53xError } from "../pn53x-error.ts";
import { createVirtualPn53x } from "../virtual.ts";
import { createPn53xFrontEnd } from "./front-end.ts";

describe("a PN53x front end", () => {
  it("says which chip it is, and how long frames may be", async () => {
    const { frontEnd } = await bench([]);
    expect([frontEnd.name, frontEnd.maxTransmitBytes, frontEnd.maxReceiveBytes]).toEqual([
      "PN532 1.6 (test)",
      263,
      260,
    ]);
  });

  it("switches the field, and does nothing without it", async () => {
    const { frontEnd, field, send } = await bench([loadTag(ntag216WithUri())]);
    expect(await send("3004")).toEqual(failure("link-lost"));
    await frontEnd.discover(NEVER);
    expect(await frontEnd.exchange({ kind: "field", on: false, delayUs: 10 })).toEqual({ kind: "done" });
    expect(field.isOn).toBe(false);
    expect(await send("3004")).toEqual(failure("link-lost"));
    await frontEnd.exchange({ kind: "field", on: true });
    // awake, and not selected
    expect(await send("3004")).toEqual(failure("timeout"));
    await frontEnd.deactivate();
    expect(field.isOn).toBe(false);
  });

  it("leaves ISO-DEP and what no chip can do to others", async () => {
    const { frontEnd, send } = await bench([loadTag(felicaLiteSWithUri())]);
    expect(frontEnd.exchange({ kind: "apdu", command: new Uint8Array(5), timeoutUs: 1000 })).toEqual(
      failure("unsupported"),
    );
    await frontEnd.discover(NEVER);
    expect(await send("00", { lastBits: 4 })).toEqual(failure("unsupported"));
    expect(await send("00".repeat(264))).toEqual(failure("unsupported"));
  });

  it("stops looking as soon as it is told, and has the field off between rounds", async () => {
    const clock = new VirtualClock();
    const { frontEnd, field } = await bench([], { clock });
    const abort = new AbortController();
    const discovery = expect(frontEnd.discover(abort.signal)).rejects.toThrow("enough");
    await clock.advance(30);
    expect(field.isOn).toBe(false);
    abort.abort(new Error("enough"));
    await discovery;
    expect(clock.pending).toBe(0);
    await expect(frontEnd.discover(AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
  });

  it("closes the field and the pipe, once", async () => {
    let closed = 0;
    const chip = createVirtualPn53x(createVirtualField());
    const pipe = pipeTo((command) => chip.execute(command), {
      close: () => {
        closed++;
        return Promise.resolve();
      },
    });
    const frontEnd = createPn53xFrontEnd(await openPn53x(pipe));
    await Promise.all([frontEnd.close(), frontEnd.close()]);
    expect(closed).toBe(1);
  });
});

it("closes what is gone, and finds its chip again after a fault", async () => {
  const chip = createVirtualPn53x(createVirtualField({ tags: [loadTag(ntag216WithUri())] }));
  let isGone = false;
  const pipe = pipeTo((command) => {
    if (isGone) throw new Pn53xError("CLOSED", "gone");
    return chip.execute(command);
  });
  const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { resetMs: 0 });
  await frontEnd.discover(NEVER);
  isGone = true;
  await expect(frontEnd.exchange({ kind: "reselect" })).rejects.toMatchObject({ code: "CLOSED" });
  isGone = false;
  pipe.commands.length = 0;
  await frontEnd.discover(NEVER);
  expect(pipe.commands[0]).toBe("D41200");
  isGone = true;
  await frontEnd.close();
});
