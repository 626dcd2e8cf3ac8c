import { fromHex, systemClock, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { parseClassDescriptor } from "../descriptor/class-descriptor.ts";
import { planReader } from "../descriptor/plan.ts";
import { buildClassDescriptor, CCID_FEATURE } from "../testing.ts";
import { transmitApdu } from "./apdu-level.ts";
import type { CcidChannel } from "./channel.ts";
import { SlotLink } from "./slot-link.ts";
import { exchangeTpdu } from "./tpdu.ts";

/** Data and wLevelParameter of a message, and what the reader answers: data and bChainParameter. */
type Line = readonly [data: string, level: number, answer: string, chain: number];

function linkOf(features: number, maxMessageLength: number, script: readonly Line[] = []): SlotLink {
  let next = 0;
  const channel: CcidChannel = {
    notifies: true,
    listen: () => undefined,
    close: () => undefined,
    command(slot, { name, data = new Uint8Array(0), byte8 = 0, byte9: level = 0 }) {
      const [expected, levelParameter, answer, byte9] = script[next++] ?? ["nothing more", 0, "", 0];
      expect([name, toHex(data), byte8 | (level << 8)]).toEqual(["XfrBlock", expected, levelParameter]);
      return Promise.resolve({
        name: "DataBlock",
        slot,
        sequence: 0,
        iccStatus: "active",
        commandStatus: "done",
        error: 0,
        byte9,
        data: fromHex(answer),
      });
    },
  };
  const descriptor = parseClassDescriptor(buildClassDescriptor({ features, maxMessageLength }));
  const plan = planReader(descriptor, "bulk", { vendorId: 0x1209, productId: 0xcc1d, version: 0 });
  return new SlotLink(0, plan, channel, systemClock);
}

async function play(features: number, command: string, script: readonly Line[]): Promise<string> {
  return toHex(await transmitApdu(linkOf(features, 16, script), fromHex(command), 1_000));
}

// USB CCID 1.1, sections 6.1.4 and 6.2.1; a message has room for six bytes
describe("extended APDUs", () => {
  const EXTENDED = CCID_FEATURE.extendedApdu;

  it("go in parts, and come in parts", async () => {
    const script: Line[] = [
      ["00D600000401", 1, "", 0x10],
      ["020304", 2, "AABB", 1],
      ["", 0x10, "CC", 3],
      ["", 0x10, "9000", 2],
    ];
    expect(await play(EXTENDED, "00D600000401020304", script)).toBe("AABBCC9000");
  });

  it("are answered by a reader that wants more, once it has been told that there is none", async () => {
    const script: Line[] = [
      ["00B0000002", 0, "", 0x10],
      ["", 0x10, "AABB9000", 2],
    ];
    expect(await play(EXTENDED, "00B0000002", script)).toBe("AABB9000");
  });

  it("have an end", async () => {
    const script: Line[] = [
      ["00B0000002", 0, "AA", 1],
      ["", 0x10, "", 3],
    ];
    await expect(play(EXTENDED, "00B0000002", script)).rejects.toMatchObject({ code: "MALFORMED_RESPONSE" });
  });
});

describe("short APDUs", () => {
  it("are whole, whatever stands where other readers have their bChainParameter", async () => {
    expect(await play(CCID_FEATURE.shortApdu, "00B0000001", [["00B0000001", 0, "AA9000", 1]])).toBe("AA9000");
  });
});

describe("readers that announce 263 bytes and take 271", () => {
  it("are sent whole short commands, and long ones in the parts that they announce", () => {
    expect(linkOf(CCID_FEATURE.tpdu, 263).plan.maxMessageLength).toBe(271);
    expect(linkOf(CCID_FEATURE.shortApdu, 263).plan.maxMessageLength).toBe(271);
    expect(linkOf(CCID_FEATURE.extendedApdu, 263).plan.maxMessageLength).toBe(263);
  });
});

describe("a command that the reader has no room for", () => {
  const long = fromHex("00D600000401020304");

  it("is not sent", async () => {
    const tooLong = { code: "COMMAND_TOO_LONG" };
    await expect(transmitApdu(linkOf(CCID_FEATURE.shortApdu, 16), long, 1_000)).rejects.toMatchObject(tooLong);
    await expect(exchangeTpdu(linkOf(CCID_FEATURE.tpdu, 16), long, 1_000)).rejects.toMatchObject(tooLong);
  });
});
