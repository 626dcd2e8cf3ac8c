import { describe, expect, it } from "vitest";
import { openPort100Pipe } from "../port100/pipe.ts";
import { type BulkConfiguration, type BulkDevice, type BulkEndpoint, createBulkLink } from "./bulk-link.ts";

/** A device that remembers which endpoints it is asked for, and never says anything. */
function recorder(configuration?: BulkConfiguration | null): { readonly device: BulkDevice; readonly asked: string[] } {
  const asked: string[] = [];
  const device: BulkDevice = {
    ...(configuration === undefined ? {} : { configuration }),
    transferIn(endpointNumber, length) {
      asked.push(`in ${endpointNumber}, ${length} bytes`);
      return new Promise(() => undefined);
    },
    transferOut(endpointNumber) {
      asked.push(`out ${endpointNumber}`);
      return Promise.resolve();
    },
  };
  return { device, asked };
}

function bulk(direction: "in" | "out", endpointNumber: number, packetSize = 64): BulkEndpoint {
  return { direction, endpointNumber, type: "bulk", packetSize };
}

const INTERRUPT = { direction: "in", endpointNumber: 7, type: "interrupt", packetSize: 8 };

async function asks(device: BulkDevice, options?: Parameters<typeof createBulkLink>[1]): Promise<void> {
  const link = createBulkLink(device, options);
  link.listen(
    () => undefined,
    () => undefined,
  );
  await link.write(Uint8Array.of(0));
}

describe("a pair of bulk endpoints", () => {
  it("is what the device's descriptors have", async () => {
    const { device, asked } = recorder({
      interfaces: [{ claimed: true, alternate: { endpoints: [INTERRUPT, bulk("out", 5), bulk("in", 6, 512)] } }],
    });
    await asks(device);
    expect(asked).toEqual(["in 6, 512 bytes", "out 5"]);
  });

  it("is that of the interface that was claimed", async () => {
    const { device, asked } = recorder({
      interfaces: [
        { claimed: false, alternate: { endpoints: [bulk("in", 1), bulk("out", 1)] } },
        { claimed: true, alternate: { endpoints: [bulk("in", 2), bulk("out", 3)] } },
      ],
    });
    await asks(device);
    expect(asked).toEqual(["in 2, 64 bytes", "out 3"]);
  });

  it("is what the caller says", async () => {
    const { device, asked } = recorder({
      interfaces: [{ claimed: true, alternate: { endpoints: [bulk("in", 2), bulk("out", 3)] } }],
    });
    await asks(device, { endpointIn: 8, endpointOut: 9, packetBytes: 32 });
    expect(asked).toEqual(["in 8, 32 bytes", "out 9"]);
  });

  it.each([[undefined], [null], [{ interfaces: [{ claimed: true, alternate: { endpoints: [INTERRUPT] } }] }]])(
    "is a PN533's 4 and 4, and an RC-S380's 1 and 2, of a device that does not show its descriptors",
    async (configuration) => {
      const { device, asked } = recorder(configuration);
      await asks(device);
      expect(asked).toEqual(["in 4, 64 bytes", "out 4"]);
      asked.length = 0;
      await openPort100Pipe(device);
      expect(asked).toEqual(["in 1, 64 bytes", "out 2"]);
    },
  );
});
