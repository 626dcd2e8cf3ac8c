import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { fixture, fixtureText, text } from "../../../test/fixtures.ts";
import { type DumpError, isDumpError } from "../errors.ts";
import { formatDump } from "../format.ts";
import type { TagDump } from "../model.ts";
import { parseDump } from "../parse.ts";

function kind<Kind extends TagDump["kind"]>(dump: TagDump, name: Kind): Extract<TagDump, { kind: Kind }> {
  if (dump.kind !== name) throw new Error(`${dump.kind} is no ${name}`);
  return dump as Extract<TagDump, { kind: Kind }>;
}

function refusal(run: () => unknown): Pick<DumpError, "code" | "field" | "line"> {
  try {
    run();
  } catch (error) {
    if (!isDumpError(error)) throw error;
    return { code: error.code, field: error.field, line: error.line };
  }
  throw new Error("not refused");
}

/** What carries facts: all but comments and empty lines. */
const facts = (content: string): string[] => content.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

const ntag215 = fixtureText("Ntag215.nfc");
const classicHeader = ["Filetype: Flipper NFC device", "Version: 4", "Device type: Mifare Classic", "UID: BA E2 7C 9D"];
const classicFile = (
  more: readonly string[],
  block: (number: number) => string = () => "00 ".repeat(16).trim(),
): string =>
  [
    ...classicHeader,
    "ATQA: 00 04",
    "SAK: 09",
    "Mifare Classic type: MINI",
    ...more,
    "Block 0: BA E2 7C 9D B9 09 04 00 46 44 53 37 30 56 30 31",
    ...Array.from({ length: 19 }, (_, index) => `Block ${index + 1}: ${block(index + 1)}`),
  ].join("\r\n");

describe("real files", () => {
  it("NTAG215, version 3", () => {
    const dump = kind(parseDump(fixture("Ntag215.nfc")), "mifare-ultralight");
    expect(dump).toMatchObject({ product: "NTAG215", sak: 0, counters: [0, 0, 0], tearing: [0, 0, 0] });
    expect(toHex(dump.uid)).toBe("04515CFA6F7381");
    expect(toHex(dump.atqa)).toBe("4400");
    expect(toHex(dump.version!)).toBe("0004040201001103");
    expect(dump.memory).toHaveLength(540);
    expect(toHex(dump.memory.subarray(131 * 4, 133 * 4))).toBe("000000045F000000");
    expect(dump.unread).toEqual([]);
  });

  it("MIFARE Ultralight C, version 4", () => {
    const dump = kind(parseDump(fixture("Ultralight_C.nfc")), "mifare-ultralight");
    expect(dump).toMatchObject({ product: "MIFARE Ultralight C", version: undefined, signature: undefined });
    expect(dump.memory).toHaveLength(192);
    expect(facts(new TextDecoder().decode(formatDump(dump, "flipper")))).toEqual(
      facts(fixtureText("Ultralight_C.nfc")),
    );
  });

  it("FeliCa Lite-S", () => {
    const dump = kind(parseDump(fixture("Felica.nfc")), "felica-lite");
    expect(toHex(dump.idm)).toBe("299FFA53AB75876E");
    expect(toHex(dump.pmm)).toBe("574E102A9416BC8E");
    expect(dump.blocks).toHaveLength(28);
    expect(dump.blocks.find(({ number }) => number === 0x85)?.data.slice(0, 2)).toEqual(fromHex("88B4"));
    expect(facts(new TextDecoder().decode(formatDump(dump, "flipper")))).toEqual(facts(fixtureText("Felica.nfc")));
  });

  it("ICODE SLIX", () => {
    const dump = kind(parseDump(fixture("Slix_cap_default.nfc")), "iso15693");
    expect(toHex(dump.uid)).toBe("81DCD049080104E0");
    expect(dump).toMatchObject({
      dsfid: 1,
      afi: 0x3d,
      icReference: 1,
      dsfidLocked: true,
      afiLocked: true,
      blockBytes: 4,
    });
    expect(dump.memory).toHaveLength(320);
    expect(dump.slix).toMatchObject({ protectionPointer: 0x32, protectionCondition: 2, easLocked: true });
    expect(toHex(dump.slix!.passwords.destroy!)).toBe("0F0F0F0F");
    expect(facts(new TextDecoder().decode(formatDump(dump, "flipper")))).toEqual(
      facts(fixtureText("Slix_cap_default.nfc")),
    );
  });
});

describe("older versions", () => {
  it("version 2 writes the ATQA as it is received", () => {
    const old = ntag215.replace("Version: 3", "Version: 2").replace("ATQA: 00 44", "ATQA: 44 00");
    expect(parseDump(text(old))).toEqual(parseDump(fixture("Ntag215.nfc")));
  });

  it("the first files say nothing of partial reads and counters", () => {
    const old = ntag215
      .split("\n")
      .filter((line) => !/^(Pages read|Counter|Tearing|Failed)/.test(line))
      .join("\n");
    expect(parseDump(text(old))).toMatchObject({ counters: undefined, failedAuthentications: undefined, unread: [] });
  });

  it("a UID is all that some files hold", () => {
    const file = "Filetype: Flipper NFC device\nVersion: 3\nDevice type: UID\nUID: 01 02 03 04\nATQA: 00 04\nSAK: 08\n";
    expect(parseDump(text(file))).toEqual({
      kind: "nfc-a-identity",
      uid: fromHex("01020304"),
      atqa: fromHex("0400"),
      sak: 8,
      ats: undefined,
    });
  });

  it("some programs call every product a plain Ultralight", () => {
    const plain = ntag215.replace("Device type: NTAG215", "Device type: Mifare Ultralight");
    expect(parseDump(text(plain))).toMatchObject({ product: "NTAG215" });
    expect(parseDump(text(plain.replace(/Mifare version.*\n/, "")))).toMatchObject({ product: "NTAG215" });
  });

  it("ISO 15693 had its lock bits before those of the blocks, and left out what the tag does not tell", () => {
    const file = (...more: readonly string[]): string =>
      [
        "Filetype: Flipper NFC device",
        "Version: 3",
        "Device type: ISO15693",
        "UID: E0 04 01 50 01 02 03 04",
        ...more,
      ].join("\n");
    const memory = ["Block Count: 2", "Block Size: 04", "Data Content: 01 02 03 04 05 06 07 08"];
    const dump = kind(parseDump(text(file(...memory, "Security Status: 02 00 01"))), "iso15693");
    expect(dump).toMatchObject({ dsfid: 0, dsfidLocked: false, afiLocked: true, blockLocked: [false, true] });
    expect(kind(parseDump(text(file(...memory))), "iso15693").blockLocked).toEqual([false, false]);
    expect(refusal(() => parseDump(text(file())))).toEqual({ code: "PARTIAL", field: "Block Count", line: 4 });
    expect(refusal(() => parseDump(text(file(...memory, "Security Status: 02 00")))).field).toBe("Security Status");
  });

  it("MIFARE Classic of data format 1 names the keys that were found", () => {
    const file = classicFile(["Data format version: 1", "Key A map: 000000000000001F", "Key B map: 000000000000001D"]);
    expect(refusal(() => parseDump(text(file)))).toEqual({ code: "PARTIAL", field: "Key B map", line: 10 });
    expect(kind(parseDump(text(file), { allowPartial: true }), "mifare-classic").unread).toEqual([
      { offset: 7 * 16 + 10, length: 6 },
    ]);
    const neither = file.replace("Key A map: 000000000000001F", "Key A map: 000000000000001D");
    expect(kind(parseDump(text(neither), { allowPartial: true }), "mifare-classic").unread).toEqual([
      { offset: 4 * 16, length: 64 },
    ]);
    const all = file.replace("01D", "01F");
    expect(kind(parseDump(text(all)), "mifare-classic").unread).toEqual([]);
  });
});

describe("MIFARE Classic", () => {
  const complete = classicFile(["Data format version: 2"]);
  it("whole", () => {
    const dump = kind(parseDump(text(complete)), "mifare-classic");
    expect(dump).toMatchObject({ size: "mini", sak: 9, unread: [] });
    expect(toHex(dump.atqa)).toBe("0400");
    expect(facts(new TextDecoder().decode(formatDump(dump, "flipper")))).toEqual(facts(complete.replaceAll("\r", "")));
  });

  it("in part", () => {
    const partial = classicFile(["Data format version: 2"], (block) =>
      block === 3 ? "?? ?? ?? ?? ?? ?? 87 87 87 69 FF FF FF FF FF FF" : "00 ".repeat(16),
    );
    expect(refusal(() => parseDump(text(partial)))).toEqual({ code: "PARTIAL", field: "Block 3", line: 12 });
    const dump = kind(parseDump(text(partial), { allowPartial: true }), "mifare-classic");
    expect(dump.unread).toEqual([{ offset: 48, length: 6 }]);
    expect(parseDump(formatDump(dump, "flipper"), { allowPartial: true })).toEqual(dump);
    expect(refusal(() => formatDump(dump, "raw")).code).toBe("PARTIAL");
    expect(refusal(() => formatDump(dump, "proxmark3-json")).code).toBe("PARTIAL");
  });
});

describe("FeliCa Standard", () => {
  const file = `Filetype: Flipper NFC device
Version: 4
Device type: FeliCa
UID: 01 12 34 56 78 9A BC DE
Data format version: 2
Manufacture id: 01 12 34 56 78 9A BC DE
Manufacture parameter: 0B 0B 08 20 20 20 FF FF
IC Type: FeliCa Standard

System found: 1

System 00: 0003 | Key version 0001 |

Area found: 1
Area 000: | Code 0000 | End FFFE | Services #000-#001 |

Service found: 2
Service 000: | Code 0009 | Attrib. 09 | Public  | Random | Read/Write |
Service 001: | Code 000B | Attrib. 0B | Public  | Random | Read Only  |

Directory Tree:
+++ ... are public services
||| ... are private services

Public blocks read: 2
Block 0000: | Service code 0009 | Block index 00 | Data: 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 |
Block 0001: | Service code 0009 | Block index 01 | Data: A1 A2 A3 A4 A5 A6 A7 A8 A9 AA AB AC AD AE AF B0 |
`;
  it("is read with its services and their blocks", () => {
    const dump = kind(parseDump(text(file)), "felica-standard");
    expect(dump.systems[0]).toMatchObject({ code: 3, areas: [{ code: 0, endCode: 0xfffe }] });
    expect(dump.systems[0]!.services.map(({ code, blocks }) => [code, blocks.length])).toEqual([
      [0x0009, 2],
      [0x000b, 0],
    ]);
    expect(dump.systems[0]!.services[0]!.blocks[1]![0]).toBe(0xa1);
  });

  it("is refused with gaps in it", () => {
    expect(refusal(() => parseDump(text(file.replace("index 01", "index 02"))))).toEqual({
      code: "DAMAGED",
      field: "Block 0001",
      line: 27,
    });
    expect(refusal(() => parseDump(text(file.replace("B0 |", "|")))).field).toBe("Block 0001");
    expect(refusal(() => parseDump(text(file.replace("found: 1", "found: 2")))).code).toBe("UNSUPPORTED_KIND");
    expect(refusal(() => formatDump(parseDump(text(file)), "flipper")).code).toBe("NOT_REPRESENTABLE");
  });
});

describe("ST25TB and others", () => {
  const file = [
    "Filetype: Flipper NFC device",
    "Version: 4",
    "Device type: ST25TB",
    "UID: D0 02 1F 00 12 34 56 78",
    "ST25TB Type: 512AC",
    ...Array.from({ length: 16 }, (_, index) => `Block ${index}: ${toHex(Uint8Array.of(index))} 00 00 00`),
    "System OTP Block: FF FF FF FE",
    "",
  ].join("\n");

  it("ST25TB", () => {
    const dump = kind(parseDump(text(file)), "iso14443b-memory");
    expect(dump.product).toBe("ST25TB512-AC");
    expect(toHex(dump.uid!)).toBe("78563412001F02D0");
    expect(dump.memory[4]).toBe(1);
    expect(new TextDecoder().decode(formatDump(dump, "flipper"))).toBe(file);
  });

  it("type A and type B identities", () => {
    for (const more of [
      "Device type: ISO14443-4A\nUID: 04 48 6A 32 33 58 80\nATQA: 03 44\nSAK: 20\nATS: 06 75 77 81 02 80\n",
      "Device type: ISO14443-3B\nUID: 01 02 03 04\nApplication data: 00 00 00 00\nProtocol info: 00 71 71\n",
      "Device type: ISO14443-3A\nUID: 01 02 03 04\nATQA: 00 04\nSAK: 08\n",
    ]) {
      const content = `Filetype: Flipper NFC device\nVersion: 4\n${more}`;
      expect(new TextDecoder().decode(formatDump(parseDump(text(content)), "flipper"))).toBe(content);
    }
  });

  it.each(["Mifare DESFire", "Mifare Plus", "EMV", "Bank card"])("%s is refused by its name", (type) => {
    const file = `Filetype: Flipper NFC device\nVersion: 3\nDevice type: ${type}\nUID: 04 01 02 03 04 05 06\nATQA: 03 44\nSAK: 20\n`;
    expect(refusal(() => parseDump(text(file)))).toEqual({ code: "UNSUPPORTED_KIND", field: "Device type", line: 3 });
  });
});

describe("what is refused, with line and field", () => {
  const ul = fixtureText("Ultralight_C.nfc");
  it.each([
    ["a version that is not known", "Version: 4", "Version: 5", "UNSUPPORTED_VERSION", "Version", 2],
    ["the first version", "Version: 4", "Version: 1", "UNSUPPORTED_VERSION", "Version", 2],
    ["another file type", "NFC device", "SubGhz Key File", "UNKNOWN_FORMAT", "Filetype", 1],
    ["half a byte", "Page 3: E1 10 12 00", "Page 3: E1 10 12 0", "DAMAGED", "Page 3", 26],
    ["no hexadecimal digit", "Page 3: E1 10 12 00", "Page 3: E1 10 12 0G", "DAMAGED", "Page 3", 26],
    ["a byte too few", "Page 3: E1 10 12 00", "Page 3: E1 10 12", "DAMAGED", "Page 3", 26],
    ["a byte too many", "Page 3: E1 10 12 00", "Page 3: E1 10 12 00 00", "DAMAGED", "Page 3", 26],
    ["a page twice", "Page 3: ", "Page 2: ", "DAMAGED", "Page 2", 26],
    ["a page that is missing", "Page 47: 00 00 00 00\n", "", "DAMAGED", "Page 47", 70],
    ["a page that was not read", "Page 3: E1 10 12 00", "Page 3: ?? ?? ?? ??", "PARTIAL", "Page 3", 26],
    ["a partial read", "Pages read: 48", "Pages read: 43", "PARTIAL", "Pages read", 22],
    ["more pages read than there are", "Pages read: 48", "Pages read: 49", "DAMAGED", "Pages read", 22],
    ["more pages than the product has", "Pages total: 48", "Pages total: 49", "DAMAGED", "Pages total", 21],
    [
      "pages beyond the last",
      "Pages total: 48\nPages read: 48",
      "Pages total: 47\nPages read: 47",
      "DAMAGED",
      "Page 47",
      70,
    ],
    ["no number", "Pages total: 48", "Pages total: many", "DAMAGED", "Pages total", 21],
    ["a line of garbage", "Page 3: E1 10 12 00", "Page 3 E1 10 12 00", "DAMAGED", undefined, 26],
    ["another UID than the memory's", "UID: 04 BA", "UID: 04 BB", "DAMAGED", "UID", 6],
    ["a UID of no length that there is", "UID: 04 BA FF CA 4D 5D 80", "UID: 04 BA FF CA 4D", "DAMAGED", "UID", 6],
    [
      "a product that is not known",
      "type: Mifare Ultralight C",
      "type: Mifare Ultralight X",
      "UNSUPPORTED_KIND",
      "NTAG/Ultralight type",
      12,
    ],
    [
      "a device that is not known",
      "Device type: NTAG/Ultralight",
      "Device type: Jewel",
      "UNSUPPORTED_KIND",
      "Device type",
      4,
    ],
    ["a counter over its 24 bits", "Counter 1: 0", "Counter 1: 16777216", "DAMAGED", "Counter 1", 17],
  ])("%s", (_, from, to, code, field, line) => {
    expect(ul).toContain(from);
    expect(refusal(() => parseDump(text(ul.replace(from, to))))).toEqual({ code, field, line });
  });

  it("a file that was cut", () => {
    for (let length = 27; length < ul.length - 40; length += 61)
      expect(refusal(() => parseDump(text(ul.slice(0, length)))).line).toBe(
        ul.slice(0, length).trimEnd().split("\n").length,
      );
  });

  it("but not the pages that no Ultralight C shows", () => {
    const keyless = ul.replace("Pages read: 48", "Pages read: 44");
    expect(kind(parseDump(text(keyless)), "mifare-ultralight").unread).toEqual([{ offset: 176, length: 16 }]);
  });

  it("but a partial read can be asked for", () => {
    const partial = ul.replace("Pages read: 48", "Pages read: 43");
    const dump = kind(parseDump(text(partial), { allowPartial: true }), "mifare-ultralight");
    expect(dump.unread).toEqual([{ offset: 172, length: 20 }]);
    expect(parseDump(formatDump(dump, "flipper"), { allowPartial: true })).toEqual(dump);
  });

  it("blocks of a FeliCa Lite that the card did not give", () => {
    const file = fixtureText("Felica.nfc").replace("Block 2: 00 00", "Block 2: 01 A8");
    expect(refusal(() => parseDump(text(file)))).toMatchObject({ code: "PARTIAL", field: "Block 2" });
    const macs = fixtureText("Felica.nfc").replace("Block 25: 00 00", "Block 25: 01 A8");
    expect(kind(parseDump(text(macs)), "felica-lite").blocks[25]).toMatchObject({ statusFlag1: 1, statusFlag2: 0xa8 });
  });

  it("SLIX fields that do not have their form", () => {
    const slix = fixtureText("Slix_cap_default.nfc");
    const check = (from: string, to: string): unknown => refusal(() => parseDump(text(slix.replace(from, to)))).field;
    expect(check("Block Count: 80", "Block Count: 79")).toBe("Data Content");
    expect(check("Security Status: 00 00", "Security Status: 00")).toBe("Security Status");
    expect(check("Block Size: 04", "Block Size: 00")).toBe("Block Size");
    expect(check("Lock DSFID: true", "Lock DSFID: yes")).toBe("Lock DSFID");
    expect(check("Capabilities: Default", "Capabilities: All")).toBe("Capabilities");
    expect(check("Data Content: 03 0A", "Data Content: 03")).toBe("Data Content");
  });
});
