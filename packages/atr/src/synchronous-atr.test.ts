import { fromHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { parseAtr } from "./parse-atr.ts";
import { readSynchronousAtr } from "./synchronous-atr.ts";

const read = (hex: string) => readSynchronousAtr(parseAtr(fromHex(hex)));

describe("readSynchronousAtr", () => {
  it("SLE 4442: 2-wire bus, 256 bytes", () => {
    expect(read("3B04A2131091")).toEqual({
      protocol: "2-wire",
      structure: 2,
      readsToEnd: true,
      dataUnits: 256,
      bitsPerDataUnit: 8,
      category: 0x10,
      h4: 0x91,
    });
  });

  it("SLE 4428: 3-wire bus, 1024 bytes", () => {
    expect(read("3B0492231091")).toMatchObject({ protocol: "3-wire", dataUnits: 1024, bitsPerDataUnit: 8 });
  });

  it("serial data access, and a size that is not told", () => {
    expect(read("3B0482231091")).toMatchObject({ protocol: "i2c" });
    expect(read("3B0482831091")).toMatchObject({ dataUnits: undefined, readsToEnd: false });
  });

  it("leaves the others alone", () => {
    expect(read("3B0401020304")).toBeUndefined();
    expect(read("3B04F2131091")).toBeUndefined();
    expect(read("3B04A21310")).toBeUndefined();
    expect(read("3B029000")).toBeUndefined();
  });
});
