import { type ConformanceProfile, fromHex } from "@cardwire/core";
import { type AttributeName, encodeGetAttributeInput, encodeSetAttributeInput, SCARD_ATTR } from "@cardwire/ioctl";
import { describe, expect, test } from "vitest";
import { bench, NO_INPUT } from "../test/bench.ts";

/** Name, value in documented, value in nfccx; one value where they agree. Without a card. */
const VALUES: readonly (readonly [AttributeName, string, string?])[] = [
  ["VENDOR_NAME", "63617264776972 6500", "4D6963726F736F667400"],
  ["VENDOR_IFD_TYPE", "4E464300", "49464400"],
  ["VENDOR_IFD_VERSION", "10000001", "41000000"],
  ["CHANNEL_ID", "00000001"],
  ["PROTOCOL_TYPES", "02000000"],
  ["DEFAULT_CLK", "F8340000"],
  ["MAX_CLK", "F8340000"],
  ["DEFAULT_DATA_RATE", "01000000"],
  ["MAX_DATA_RATE", "01000000"],
  ["MAX_IFSD", "FE000000"],
  ["CHARACTERISTICS", "08000000"],
  ["CURRENT_CLK", "F8340000"],
  ["CURRENT_D", "01000000"],
  ["CURRENT_IFSC", "20000000"],
  ["CURRENT_IFSD", "FE000000"],
  ["CURRENT_BWT", "04000000"],
  ["ICC_PRESENCE", "00"],
  ["DEVICE_UNIT", "00000000"],
];

const OF_THE_CARD: Partial<Record<AttributeName, string>> = {
  CURRENT_PROTOCOL_TYPE: "02000000",
  ATR_STRING: "3B8F8001804F0CA00000030603003D0000000056",
  ICC_TYPE_PER_ATR: "05",
};

describe.each(["documented", "nfccx"] as const)("%s", (profile: ConformanceProfile) => {
  test("every attribute without a card", async () => {
    const { io } = await bench(profile);
    const values = new Map(
      VALUES.map(([name, documented, nfccx]) => [name, { documented, nfccx: nfccx ?? documented }]),
    );
    for (const [name, tag] of Object.entries(SCARD_ATTR) as [AttributeName, number][]) {
      const result = await io("GET_ATTRIBUTE", encodeGetAttributeInput(tag), 64);
      const value = values.get(name);
      if (value !== undefined) expect(result, name).toEqual({ status: "SUCCESS", output: fromHex(value[profile]) });
      else if (name in OF_THE_CARD) expect(result.status, name).toBe("INVALID_DEVICE_STATE");
      else if (name.startsWith("VENDOR_SPECIFIC_BRAND") || name.startsWith("VENDOR_SPECIFIC_DEVICECAP"))
        expect(result.status, name).toBe(profile === "nfccx" ? "INVALID_PARAMETER" : "NOT_SUPPORTED");
      else expect(result.status, name).toBe("NOT_SUPPORTED");
    }
  });

  test("those that describe the card, with one", async () => {
    const { io, insert } = await bench(profile);
    await insert();
    for (const [name, value] of Object.entries({ ...OF_THE_CARD, ICC_PRESENCE: "01" }))
      expect(await io("GET_ATTRIBUTE", encodeGetAttributeInput(SCARD_ATTR[name as AttributeName]), 64), name).toEqual({
        status: "SUCCESS",
        output: fromHex(value),
      });
  });

  test("lengths: what is short, what is ignored", async () => {
    const { io } = await bench(profile);
    const clock = encodeGetAttributeInput(SCARD_ATTR.CURRENT_CLK);
    expect((await io("GET_ATTRIBUTE", clock.subarray(0, 3), 4)).status).toBe("INVALID_PARAMETER");
    expect((await io("GET_ATTRIBUTE", Uint8Array.of(...clock, 9, 9), 4)).status).toBe("SUCCESS");
    expect(await io("GET_ATTRIBUTE", clock, 3)).toEqual({ status: "BUFFER_TOO_SMALL", output: NO_INPUT });
    expect((await io("GET_ATTRIBUTE", clock, 0)).status).toBe(
      profile === "nfccx" ? "INVALID_PARAMETER" : "BUFFER_TOO_SMALL",
    );
    expect((await io("GET_STATE", NO_INPUT, 3)).status).toBe(
      profile === "nfccx" ? "INVALID_PARAMETER" : "BUFFER_TOO_SMALL",
    );
  });

  test("setting: DEVICE_IN_USE alone, its value ignored", async () => {
    const { io } = await bench(profile);
    const inUse = encodeSetAttributeInput(SCARD_ATTR.DEVICE_IN_USE, Uint8Array.of(1, 0, 0, 0));
    expect(await io("SET_ATTRIBUTE", inUse, 0)).toEqual({ status: "SUCCESS", output: NO_INPUT });
    // the documents ask for an Information of 4: the tag comes back where there is room
    expect(await io("SET_ATTRIBUTE", inUse.subarray(0, 4), 8)).toEqual({
      status: "SUCCESS",
      output: profile === "nfccx" ? NO_INPUT : fromHex("0200FF7F"),
    });
    expect((await io("SET_ATTRIBUTE", inUse.subarray(0, 3))).status).toBe("INVALID_PARAMETER");
    const set = async (tag: number): Promise<string> =>
      (await io("SET_ATTRIBUTE", encodeSetAttributeInput(tag, NO_INPUT))).status;
    expect(await set(SCARD_ATTR.VENDOR_NAME)).toBe("NOT_SUPPORTED");
    expect(await set(SCARD_ATTR.VENDOR_SPECIFIC_DEVICECAP_INFO)).toBe("NOT_SUPPORTED");
    expect(await set(SCARD_ATTR.VENDOR_SPECIFIC_BRAND_INFO)).toBe(
      profile === "nfccx" ? "INVALID_PARAMETER" : "NOT_SUPPORTED",
    );
  });

  test("an attribute's bytes are the caller's own", async () => {
    const { io } = await bench(profile);
    const name = encodeGetAttributeInput(SCARD_ATTR.VENDOR_NAME);
    const first = await io("GET_ATTRIBUTE", name, 64);
    first.output.fill(0);
    expect((await io("GET_ATTRIBUTE", name, 64)).output[0]).not.toBe(0);
  });
});

test("the host's own names", async () => {
  const { io } = await bench("nfccx", { vendorName: "ACME", ifdType: "Tap", deviceUnit: 3 });
  const read = async (name: AttributeName): Promise<Uint8Array> =>
    (await io("GET_ATTRIBUTE", encodeGetAttributeInput(SCARD_ATTR[name]), 64)).output;
  expect(await read("VENDOR_NAME")).toEqual(fromHex("41434D4500"));
  expect(await read("VENDOR_IFD_TYPE")).toEqual(fromHex("54617000"));
  expect(await read("DEVICE_UNIT")).toEqual(fromHex("03000000"));
  await expect(bench("nfccx", { vendorName: "Ä" })).rejects.toThrow("VENDOR_NAME");
});
