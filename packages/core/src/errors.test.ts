import { describe, expect, it, vi } from "vitest";
import {
  CardwireError,
  FormatError,
  invalidStateError,
  IoctlOpenError,
  isCardwireError,
  isFormatError,
  isIoctlOpenError,
  isSmartCardError,
  isSmartCardOtherError,
  isUsageError,
  SmartCardError,
  SmartCardOtherError,
  type SmartCardResponseCode,
  UsageError,
} from "./index.ts";

const removed = { rawCode: 0x80100069, symbol: "SCARD_W_REMOVED_CARD", readerName: "A", command: "transmit" };

describe("errors", () => {
  it("are errors, with a code, a fault and a cause", () => {
    const cause = new Error("below");
    const error = new UsageError("not like that", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(CardwireError);
    const { name, code, fault } = error;
    expect({ name, code, fault, cause: error.cause, text: String(error) }).toEqual({
      name: "UsageError",
      code: "USAGE",
      fault: "caller",
      cause,
      text: "UsageError: not like that",
    });
  });

  it("name field and offset of bad input", () => {
    const error = new FormatError("TOO_LONG", "256 bytes at most", { field: "Lc", offset: 4 });
    expect(error.message).toBe("Lc at offset 4: 256 bytes at most");
    expect([error.code, error.field, error.offset, error.fault]).toEqual(["TOO_LONG", "Lc", 4, "caller"]);
    expect(new FormatError("LEFT_OVER", "too much", { field: "ATR" }).message).toBe("ATR: too much");
  });

  it("keep what the resource manager said", () => {
    const error = new SmartCardError("removed-card", "the card is gone", removed);
    expect(error).toMatchObject({ ...removed, responseCode: "removed-card", code: "SMART_CARD", fault: "card" });
    const other = new SmartCardOtherError("UnknownError", "odd", { rawCode: 0x1f, symbol: "ERROR_GEN_FAILURE" });
    expect(other).toMatchObject({ name: "UnknownError", code: "SMART_CARD_OTHER", fault: "host", rawCode: 0x1f });
    expect([other.readerName, other.command]).toEqual([undefined, undefined]);
    expect(invalidStateError("closed", { readerName: "A" })).toMatchObject({
      name: "InvalidStateError",
      fault: "caller",
      rawCode: 0x80100003,
      symbol: "SCARD_E_INVALID_HANDLE",
      readerName: "A",
    });
    expect(new IoctlOpenError("busy", { status: 0xc0000022, path: "\\\\?\\reader" })).toMatchObject({
      code: "DEVICE_OPEN_FAILED",
      fault: "reader",
      status: 0xc0000022,
      path: "\\\\?\\reader",
    });
  });

  it("say whose turn it is for every response code", () => {
    const faults: Record<SmartCardResponseCode, string> = {
      "no-service": "host",
      "no-smartcard": "card",
      "not-ready": "reader",
      "not-transacted": "reader",
      "proto-mismatch": "card",
      "reader-unavailable": "reader",
      "removed-card": "card",
      "reset-card": "card",
      "server-too-busy": "host",
      "sharing-violation": "host",
      "system-cancelled": "host",
      "unknown-reader": "reader",
      "unpowered-card": "card",
      "unresponsive-card": "card",
      "unsupported-card": "card",
      "unsupported-feature": "reader",
    };
    for (const [code, fault] of Object.entries(faults) as [SmartCardResponseCode, string][])
      expect(new SmartCardError(code, code, removed).fault).toBe(fault);
  });

  it("are told apart by their predicates", () => {
    const errors = {
      format: new FormatError("TOO_SHORT", "", { field: "x" }),
      usage: new UsageError(""),
      smartCard: new SmartCardError("reset-card", "", removed),
      other: invalidStateError(""),
      open: new IoctlOpenError("", { status: 0, path: "" }),
    };
    const predicates = {
      format: isFormatError,
      usage: isUsageError,
      smartCard: (value: unknown) => isSmartCardError(value),
      other: isSmartCardOtherError,
      open: isIoctlOpenError,
    };
    for (const [kind, error] of Object.entries(errors)) {
      expect(isCardwireError(error)).toBe(true);
      for (const [name, predicate] of Object.entries(predicates)) expect(predicate(error)).toBe(name === kind);
    }
    expect(isSmartCardError(errors.smartCard, "reset-card")).toBe(true);
    expect(isSmartCardError(errors.smartCard, "removed-card")).toBe(false);
    for (const value of [undefined, null, "FormatError", 1, new Error("FormatError"), { name: "FormatError" }])
      for (const predicate of [isCardwireError, ...Object.values(predicates)]) expect(predicate(value)).toBe(false);
  });

  it("are known across two copies of the package", async () => {
    vi.resetModules();
    const copy = await import("./index.ts");
    const error = new copy.SmartCardError("reset-card", "", removed);
    expect(error).not.toBeInstanceOf(SmartCardError);
    expect(isSmartCardError(error, "reset-card")).toBe(true);
    expect(copy.isFormatError(new FormatError("TOO_SHORT", "", { field: "x" }))).toBe(true);
  });
});
