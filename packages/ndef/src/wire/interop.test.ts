import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { encodeNdefMessage, parseNdefMessage } from "../model/message.ts";
import { encodeRecords } from "./encode.ts";
import { parseRecords } from "./parse.ts";
import type { RawRecord } from "./raw-record.ts";

/** Octets that other implementations agree on: what comes and goes the same, and what all refuse. */

const octets = (hex: string): Uint8Array => fromHex(hex.replaceAll(" ", ""));
const records = (hex: string): readonly RawRecord[] => parseRecords(octets(hex)).records;
const same = (hex: string): string => toHex(octets(hex));

describe("the wire", () => {
  test.each([
    ["D00000", 1],
    ["900000 500000", 2],
    ["900000 100000 500000", 3],
    ["D1010058", 1],
    ["D20A00 746578742F706C61696E", 1],
    ["D30C00 687474703A2F2F612E622F63", 1],
    ["D40A00 612E636F6D3A74797065", 1],
    ["D50000", 1],
    ["D9010002 586964", 1],
    ["D9010702 586964 7061796C6F6164", 1],
    [`C901000001000258 6964 ${"70".repeat(256)}`, 1],
    ["D1010F5402656E68656C6C6F2C20776F726C64", 1],
    ["91010F5402656E68656C6C6F2C20776F726C64 11010B55036E6F64656A732E6F7267 520900746578742F6A736F6E", 3],
  ])("%s comes and goes", (hex, count) => {
    expect(records(hex)).toHaveLength(count);
    expect(toHex(encodeRecords(records(hex)))).toBe(same(hex));
    expect(toHex(encodeNdefMessage(parseNdefMessage(octets(hex))))).toBe(same(hex));
  });

  test.each([
    ["D700", "TNF 7"],
    ["D0", "no lengths"],
    ["C0000000", "half a length"],
    ["D0010000", "an empty record with a type"],
    ["D10000", "a well-known record without"],
    ["D30000", "a URI record without"],
    ["D5010000", "an unknown record with a type"],
    ["D6010000", "an unchanged record with a type"],
    ["D8000001 00", "an empty record with an id"],
    ["D0000100", "an empty record with a payload"],
    ["C000 00000001", "the same, long"],
    ["D9010101", "no type"],
    ["D901010154", "no id"],
    ["D90101015449", "no payload"],
    ["150000 160000 560000", "no MB"],
    ["950000 960000 560000", "MB twice"],
    ["950000 160000 160000", "no ME"],
    ["B50000 160000 760000", "CF at the end"],
  ])("%s is refused: %s", (hex) => {
    expect(() => records(hex)).toThrow();
  });
});
