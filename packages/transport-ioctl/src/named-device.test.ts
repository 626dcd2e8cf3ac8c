import { type IoctlDeviceInterface, isSmartCardError } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { describe, expect, it } from "vitest";
import { FakeDevice, NTAG } from "../test/fake-device.ts";
import { createIoctlContext } from "./index.ts";

const NAME = "A reader with a name of its own";

function named(device: FakeDevice): IoctlDeviceInterface {
  return { path: device.path, kind: device.kind, friendlyName: NAME, open: () => device.open() };
}

describe("a device that names its reader", () => {
  it("is listed under this name", async () => {
    const device = new FakeDevice();
    device.insert(NTAG);
    await using context = createIoctlContext({ devices: [named(device)] });
    expect(await context.listReaders()).toEqual([NAME]);
    const [state] = await context.getStatusChange([{ readerName: NAME, currentState: { unaware: true } }]);
    expect(state?.readerName).toBe(NAME);
  });

  it("is listed while it cannot be opened, and a connect says why", async () => {
    const clock = new VirtualClock();
    const device = new FakeDevice({ clock });
    device.openFailure = new Error("held by another program");
    const context = createIoctlContext({ devices: [named(device)], clock });
    expect(await context.listReaders()).toEqual([NAME]);
    const [state] = await context.getStatusChange([{ readerName: NAME, currentState: { unaware: true } }]);
    expect(state?.eventState.unavailable).toBe(true);
    const error: unknown = await context.connect(NAME, "direct").catch((reason: unknown) => reason);
    expect(isSmartCardError(error, "reader-unavailable")).toBe(true);
    expect(error).toHaveProperty("cause", device.openFailure);

    device.openFailure = undefined;
    await clock.advance(60_000);
    const { connection } = await context.connect(NAME, "direct");
    await connection.disconnect();
    await context.close();
  });
});
