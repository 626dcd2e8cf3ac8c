import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { parseClassDescriptor } from "../descriptor/class-descriptor.ts";
import { planReader, type ReaderPlan } from "../descriptor/plan.ts";
import { buildClassDescriptor } from "../testing.ts";
import { modifyPinEntry, verifyPinEntry } from "./secure-pin.ts";

function plan(vendorId: number, productId: number): ReaderPlan {
  return planReader(parseClassDescriptor(buildClassDescriptor()), "bulk", { vendorId, productId, version: 0x0600 });
}
const PLAIN = plan(0x1209, 0xcc1d);
const GEMPC_PINPAD = plan(0x08e6, 0x3478);
const DELL_SK = plan(0x413c, 0x2100);
const SPR532 = plan(0x04e6, 0xe003);
const CHERRY_XX44 = plan(0x046a, 0x0010);

/** PC/SC part 10, 2.5.2: times, formats, PIN of 4 to 8 digits, the condition, messages, language, index, prologue. */
const verify = (condition: string, messages = "01"): Uint8Array =>
  fromHex(`1E1E820400 0804 ${condition} ${messages} 0904 00 000000 05000000 0020000100`);
/** 2.5.3: with two offsets and bConfirmPIN before the condition, and three indexes. */
const modify = (condition: string, messages: string): Uint8Array =>
  fromHex(`1E1E820400 0008 0804 03 ${condition} ${messages} 0904 111213 000000 05000000 0024000100`);

// USB CCID 1.1, section 6.1.11
describe("a PIN verification", () => {
  const data = (condition: string, messages: string): string =>
    toHex(fromHex(`001E820400 0804 ${condition} ${messages} 0904 00 000000 0020000100`));

  it("is what the application gives, without bTimeOut2 and ulDataLength", () => {
    expect(toHex(verifyPinEntry(verify("03"), PLAIN).data)).toBe(data("03", "01"));
  });

  it.each(["00", "08", "FF"])(
    "is validated by a key where the application says nothing that a reader knows: %s",
    (none) => {
      expect(toHex(verifyPinEntry(verify(none), PLAIN).data)).toBe(data("02", "01"));
    },
  );

  it("is as some readers want it", () => {
    expect(toHex(verifyPinEntry(verify("07", "00"), GEMPC_PINPAD).data)).toBe(data("02", "01"));
    expect(toHex(verifyPinEntry(verify("02"), DELL_SK).data)).toBe(data("02", "00").replace("0804", "0408"));
  });

  it("of four bytes without a PIN block is told from others", () => {
    const bare = fromHex("1E1E820000 0804 02 01 0904 00 000000 04000000 00200001");
    expect(verifyPinEntry(bare, SPR532).unpadded).toBe(true);
    expect(verifyPinEntry(verify("02"), SPR532).unpadded).toBe(false);
  });
});

// section 6.1.12
describe("a PIN modification", () => {
  const data = (messages: string, indexes: string): string =>
    toHex(fromHex(`011E820400 0008 0804 03 02 ${messages} 0904 ${indexes} 000000 0024000100`));

  it.each([
    ["00", "11"],
    ["01", "1112"],
    ["02", "1112"],
    ["03", "111213"],
    ["FF", "111213"],
  ])("has the indexes of %s messages", (messages, indexes) => {
    expect(toHex(modifyPinEntry(modify("00", messages), PLAIN).data)).toBe(data(messages, indexes));
  });

  it("is refused with more messages than there are", () => {
    expect(() => modifyPinEntry(modify("02", "04"), PLAIN)).toThrow("bNumberMessage");
  });

  it("is as some readers want it", () => {
    expect(toHex(modifyPinEntry(modify("07", "01"), GEMPC_PINPAD).data)).toBe(data("01", "111213"));
    expect(toHex(modifyPinEntry(modify("02", "02"), SPR532).data)).toBe(data("00", "000000"));
    expect(toHex(modifyPinEntry(modify("02", "01"), CHERRY_XX44).data)).toBe(data("03", "111213"));
  });
});
