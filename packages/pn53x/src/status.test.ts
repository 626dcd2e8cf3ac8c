import { isCardwireError } from "@cardwire/core";
import { expect, it } from "vitest";
import { isPn53xError, Pn53xError, statusError } from "./pn53x-error.ts";
import { describePn53xStatus, Pn53xStatus, pn53xStatusName, rfFailureOf } from "./status.ts";

// UM0701-02 section 7.1, table 15; 18 and 19: PN533 user manual
it("has the manual's error codes", () => {
  const codes = "00 01 02 03 04 05 06 07 09 0A 0B 0D 0E 10 12 13 14 18 19 23 25 26 27 29 2A 2B 2C 2D 2E";
  expect(Object.values(Pn53xStatus).map((code) => code.toString(16).toUpperCase().padStart(2, "0"))).toEqual(
    codes.split(" "),
  );
  for (const [name, code] of Object.entries(Pn53xStatus)) expect(pn53xStatusName(code)).toBe(name);
  expect(pn53xStatusName(0x3f)).toBeUndefined();
});

it("says them in words", () => {
  expect(describePn53xStatus(0x14)).toBe("MIFARE_AUTHENTICATION (14): the card refused the key");
  expect(describePn53xStatus(0x3f)).toBe("unknown status 3F");
});

it("tells the air's failures from the chip's", () => {
  const chips = Object.entries(Pn53xStatus).filter(([, code]) => rfFailureOf(code) === undefined);
  expect(chips.map(([name]) => name)).toEqual([
    "OK",
    "NO_FIELD",
    "TEMPERATURE",
    "INVALID_PARAMETER",
    "DEP_UNSUPPORTED",
    "SECURE_UNSUPPORTED",
    "TDA_BUSY",
    "DEP_STATE",
    "NOT_ALLOWED",
    "CONTEXT",
    "RELEASED",
    "NFCID3_MISMATCH",
    "OVER_CURRENT",
    "NAD_MISSING",
  ]);
  expect(rfFailureOf(Pn53xStatus.CARD_DISAPPEARED)).toBe("link-lost");
});

it("is in the error, by code and by name", () => {
  const error = statusError("InDataExchange", 0x27);
  expect(error).toMatchObject({
    name: "Pn53xError",
    code: "CHIP_STATUS",
    fault: "reader",
    command: "InDataExchange",
    status: 0x27,
    statusName: "CONTEXT",
    message: "InDataExchange: CONTEXT (27): not acceptable in this context",
  });
  expect([isPn53xError(error), isPn53xError(error, "CHIP_STATUS"), isPn53xError(error, "SYNTAX")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(isCardwireError(error)).toBe(true);
  expect(isPn53xError(new Error("Pn53xError"))).toBe(false);
  expect(new Pn53xError("NO_ANSWER", "x")).toMatchObject({ status: undefined, statusName: undefined, message: "x" });
});
