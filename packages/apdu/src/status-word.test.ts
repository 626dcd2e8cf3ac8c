import { describe, expect, test } from "vitest";
import { ISO_STATUS_WORDS, type IsoStatusWordName } from "./iso-status-words.ts";
import { describeStatusWord, statusWord, statusWordClass, type StatusWordTable } from "./status-word.ts";
import { isStatusWordError, requireSuccess } from "./status-word-error.ts";
import * as addOnTables from "./status-words.ts";

describe("describeStatusWord", () => {
  test.each<[number, IsoStatusWordName, string, number | undefined]>([
    [0x9000, "OK", "normal", undefined],
    [0x6100, "BYTES_AVAILABLE", "normal", 0x00],
    [0x61ff, "BYTES_AVAILABLE", "normal", 0xff],
    [0x6200, "WARNING_UNCHANGED", "warning", undefined],
    [0x6202, "TRIGGERED_BY_CARD", "warning", 0x02],
    [0x6280, "TRIGGERED_BY_CARD", "warning", 0x80],
    [0x6282, "END_REACHED", "warning", undefined],
    [0x63c0, "COUNTER", "warning", 0],
    [0x63cf, "COUNTER", "warning", 15],
    [0x6400, "EXECUTION_ERROR_UNCHANGED", "execution-error", undefined],
    [0x6402, "ABORTED_BY_CARD", "execution-error", 0x02],
    [0x6480, "ABORTED_BY_CARD", "execution-error", 0x80],
    [0x6581, "MEMORY_FAILURE", "execution-error", undefined],
    [0x6700, "WRONG_LENGTH", "checking-error", undefined],
    [0x6982, "SECURITY_STATUS_NOT_SATISFIED", "checking-error", undefined],
    [0x6a82, "NOT_FOUND", "checking-error", undefined],
    [0x6c10, "WRONG_LE", "checking-error", 0x10],
    [0x6f00, "NO_DIAGNOSIS", "checking-error", undefined],
  ])("%i is %s", (sw, name, statusClass, value) => {
    const info = describeStatusWord(sw);
    expect(info).toMatchObject({ sw, name, class: statusClass, value });
    expect(info.meaning).not.toBe("");
  });

  test.each([
    [0x6201, "warning"],
    [0x63d0, "warning"],
    [0x6600, "execution-error"],
    [0x6fff, "checking-error"],
    [0x9001, "unknown"],
    [0x9100, "unknown"],
    [0x0000, "unknown"],
    [0x6000, "unknown"],
    [0xffff, "unknown"],
  ])("%i has its class at least", (sw, statusClass) => {
    expect(statusWordClass(sw)).toBe(statusClass);
  });

  test("a status word that no table has", () => {
    expect(describeStatusWord(0x9001)).toEqual({
      sw: 0x9001,
      name: undefined,
      meaning: "not in the tables",
      class: "unknown",
      value: undefined,
    });
  });

  test("a caller's table counts before the standard's, and is the type of its names", () => {
    const table = {
      "9000": ["HURRAY", "all is well"],
      "63XX": ["LESS", "two wildcards"],
      "63CX": ["TRIES", "one wildcard"],
      "9210-9220": ["ODD", "a range", "warning"],
    } as const;
    const name: "HURRAY" | "LESS" | "TRIES" | "ODD" | IsoStatusWordName | undefined = describeStatusWord(
      0x9000,
      table,
    ).name;
    expect(name).toBe("HURRAY");
    expect(describeStatusWord(0x63c1, table).name).toBe("TRIES");
    expect(describeStatusWord(0x6381, table).name).toBe("LESS");
    expect(describeStatusWord(0x9215, table)).toMatchObject({ name: "ODD", class: "warning", value: 0x15 });
    expect(describeStatusWord(0x9221, table).name).toBeUndefined();
    expect(describeStatusWord(0x6a82, table).name).toBe("NOT_FOUND");
    // @ts-expect-error -- the table has no such name
    const wrong: "MISSPELT" | undefined = describeStatusWord(0x9000, table).name;
    expect(wrong).toBe("HURRAY");
  });

  test("only sixteen bits are a status word", () => {
    for (const sw of [-1, 0x1_0000, 0.5, NaN]) expect(() => describeStatusWord(sw)).toThrow("no status word");
  });
});

describe("statusWord", () => {
  test("gives the number of a name", () => {
    expect(statusWord(ISO_STATUS_WORDS, "OK")).toBe(0x9000);
    expect(statusWord(ISO_STATUS_WORDS, "COUNTER", 3)).toBe(0x63c3);
    expect(statusWord(ISO_STATUS_WORDS, "BYTES_AVAILABLE", 0x20)).toBe(0x6120);
    expect(statusWord(ISO_STATUS_WORDS, "TRIGGERED_BY_CARD", 0x02)).toBe(0x6202);
  });

  test("refuses a value that has no place, and a place that has no value", () => {
    expect(() => statusWord(ISO_STATUS_WORDS, "OK", 0)).toThrow("no place for 0");
    expect(() => statusWord(ISO_STATUS_WORDS, "COUNTER")).toThrow("no place for undefined");
    expect(() => statusWord(ISO_STATUS_WORDS, "COUNTER", 16)).toThrow("no place for 16");
    expect(() => statusWord(ISO_STATUS_WORDS, "COUNTER", 1.5)).toThrow("no place for 1.5");
    expect(() => statusWord(ISO_STATUS_WORDS, "TRIGGERED_BY_CARD", 1)).toThrow("no place for 1");
    expect(() => statusWord<StatusWordTable>(ISO_STATUS_WORDS, "MISSPELT")).toThrow("MISSPELT");
  });
});

describe("the tables", () => {
  const tables: [string, StatusWordTable][] = [
    ["ISO_STATUS_WORDS", ISO_STATUS_WORDS],
    ...Object.entries<StatusWordTable>(addOnTables),
  ];

  test.each(tables)("%s has well-formed patterns and unique names", (_, table) => {
    const names = Object.values(table).map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const [pattern, [name, meaning]] of Object.entries(table)) {
      expect(pattern).toMatch(/^(?:[\dA-F]{4}|[\dA-F]{3}X|[\dA-F]{2}XX|[\dA-F]{4}-[\dA-F]{4})$/);
      expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(meaning).toMatch(/^[a-zA-Z].*[a-zA-Z0-9]$/);
    }
  });

  test.each(tables)("%s gives each entry back by its status word", (_, table) => {
    for (const [pattern, [name]] of Object.entries(table)) {
      const sw = parseInt(pattern.slice(0, 4).replaceAll("X", "5"), 16);
      expect(describeStatusWord(sw, table).name).toBe(name);
    }
  });

  test("DESFire's have SW1 91 and a class each", () => {
    for (const [pattern, entry] of Object.entries(addOnTables.DESFIRE_STATUS_WORDS)) {
      expect(pattern.slice(0, 2)).toBe("91");
      expect(entry).toHaveLength(3);
    }
    expect(Object.keys(addOnTables.DESFIRE_STATUS_WORDS)).toHaveLength(22);
  });

  test("LOAD KEYS has every meaning with SW1 63 and with 69", () => {
    const table: StatusWordTable = addOnTables.PCSC_LOAD_KEYS_STATUS_WORDS;
    for (let low = 0x82; low <= 0x89; low++) {
      const digits = low.toString(16).toUpperCase();
      expect(table[`63${digits}`]?.[1]).toBe(table[`69${digits}`]?.[1]);
      expect(table[`63${digits}`]?.[0]).toBe(`${table[`69${digits}`]?.[0] ?? ""}_63`);
    }
  });

  test("Windows' own status words", () => {
    const described = [0x0000, 0x01a1, 0x01a6, 0x01a9, 0xffa1, 0xffa2, 0xffff].map(
      (sw) => describeStatusWord(sw, addOnTables.NFCCX_STATUS_WORDS).name,
    );
    expect(described).toEqual([
      "UNLISTED_RESULT",
      "FELICA_BLOCK_LIST",
      "FELICA_SERVICE_CODE",
      "FELICA_DATA_SIZE",
      "FELICA_SERVICE_COUNT",
      "FELICA_BLOCK_COUNT",
      "GENERIC_ERROR",
    ]);
    expect(describeStatusWord(0x6c10, addOnTables.NFCCX_STATUS_WORDS).name).toBe("WRONG_LE");
    expect(describeStatusWord(0x6c00, addOnTables.NFCCX_STATUS_WORDS).name).toBe("LENGTH_SMALLER");
  });
});

describe("requireSuccess", () => {
  test("gives the data of 9000", () => {
    const data = Uint8Array.of(1, 2);
    expect(requireSuccess({ data, sw: 0x9000 })).toBe(data);
  });

  test("throws for all else, with what the status word means", () => {
    let thrown: unknown;
    try {
      requireSuccess({ data: Uint8Array.of(7), sw: 0x91af }, addOnTables.DESFIRE_STATUS_WORDS);
    } catch (error) {
      thrown = error;
    }
    expect(isStatusWordError(thrown)).toBe(true);
    expect(isStatusWordError(thrown, 0x91af)).toBe(true);
    expect(isStatusWordError(thrown, 0x6a82)).toBe(false);
    expect(isStatusWordError(new Error("SW 91AF"))).toBe(false);
    expect(thrown).toMatchObject({
      code: "STATUS_WORD",
      fault: "card",
      message: "SW 91AF: another frame is expected",
      info: { name: "ADDITIONAL_FRAME" },
      data: Uint8Array.of(7),
    });
  });
});
