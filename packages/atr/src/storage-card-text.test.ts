import { describe, expect, it } from "vitest";
import { StorageCardName, StorageCardStandard } from "./storage-card-registry.ts";
import { storageCardText } from "./storage-card-text.ts";

describe("the registries", () => {
  // PC/SC part 3 supplement, table 2: 04 and 08 are reserved, 40 stands alone
  it("has every standard", () => {
    expect(Object.values(StorageCardStandard)).toEqual([
      0x00, 0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x40,
    ]);
  });

  it("has every name from 0000 to 003D but 0005, once", () => {
    const all = Array.from({ length: 0x3e }, (_, name) => name).filter((name) => name !== 5);
    expect(Object.values(StorageCardName)).toEqual(all);
  });
});

describe("storageCardText", () => {
  it.each([
    [0x03, 0x0001, "ISO 14443 A, part 3", "MIFARE Classic 1K", "registry", undefined],
    [0x11, 0x003b, "FeliCa", "FeliCa", "registry", undefined],
    [0x40, 0x0000, "low frequency", "no name given", "registry", undefined],
    [0x04, 0x0005, "reserved", "unassigned", "unassigned", undefined],
    [0x03, 0xf004, "ISO 14443 A, part 3", "Topaz or Jewel (ACR122U)", "vendor", undefined],
    [0x03, 0xf011, "ISO 14443 A, part 3", "FeliCa 212 kbit/s (ACR122U)", "vendor", undefined],
    [0x11, 0xf012, "FeliCa", "FeliCa 424 kbit/s (ACR122U)", "vendor", undefined],
    [0x03, 0xff20, "ISO 14443 A, part 3", "type A with SAK 20", "vendor", 0x20],
    [0x03, 0xff88, "ISO 14443 A, part 3", "type A with SAK 88", "vendor", 0x88],
    [0x07, 0xffb0, "ISO 14443 B, part 3", "type B (SpringCard)", "vendor", undefined],
    [0x07, 0x4344, "ISO 14443 B, part 3", "unassigned", "unassigned", undefined],
  ])("SS %i, NN %i", (standard, cardName, standardText, name, origin, sak) => {
    expect(storageCardText({ standard, cardName })).toEqual({ standard: standardText, name, origin, sak });
  });

  it("has words for each of the registry", () => {
    for (const cardName of Object.values(StorageCardName))
      expect(storageCardText({ standard: 0, cardName }).origin).toBe("registry");
    for (const standard of Object.values(StorageCardStandard))
      expect(storageCardText({ standard, cardName: 0 }).standard).not.toBe("reserved");
  });
});
