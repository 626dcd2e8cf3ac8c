import { fromHex, toHex } from "@cardwire/core";
import { expect, test } from "vitest";
import { performSecure, type PinPad } from "./pin-pad.ts";

const typing = (...entries: string[]): PinPad => ({ enter: () => entries.shift() ?? "timeout" });

async function secure(structure: string, ...entries: string[]): Promise<string> {
  const outcome = await performSecure(fromHex(structure), 0, typing(...entries));
  return "error" in outcome ? `error ${toHex(Uint8Array.of(outcome.error))}` : toHex(outcome.command);
}

// bPINOperation bTimeOut bmFormatString bmPINBlockString bmPINLengthFormat wPINMaxExtraDigit bEntryValidationCondition
// bNumberMessage wLangId bMsgIndex bTeoPrologue
const VERIFY_ASCII = "00 1E 82 00 00 0804 02 01 0904 00 000000";

test("ASCII digits behind a header", async () => {
  expect(await secure(`${VERIFY_ASCII} 00200081`, "1234")).toBe("002000810431323334");
});

test("ASCII digits in a block that is padded", async () => {
  expect(await secure("00 1E 82 08 00 0804 02 01 0904 00 000000 00200081 08 2020202020202020", "123456")).toBe(
    "00200081083132333435362020",
  );
});

test("BCD behind a length of four bits: a PIN block of format 2", async () => {
  // units are bytes: digits begin one byte in, the length has 4 bits at bit 4
  expect(await secure("00 1E 89 47 04 0C04 02 01 0904 00 000000 00200001 08 20FFFFFFFFFFFFFF", "12345")).toBe(
    "00200001082512345FFFFFFFFF",
  );
});

test("the red key, nobody, too few digits, another operation", async () => {
  expect(await secure(`${VERIFY_ASCII} 00200081`, "cancel")).toBe("error EF");
  expect(await secure(`${VERIFY_ASCII} 00200081`)).toBe("error F0");
  expect(await secure(`${VERIFY_ASCII} 00200081`, "12")).toBe("error EF");
  expect(await secure("04 1E")).toBe("error 0A");
});

test("a modification: current, new and again, with three messages", async () => {
  // … bInsertionOffsetOld bInsertionOffsetNew wPINMaxExtraDigit bConfirmPIN bEntryValidationCondition bNumberMessage
  const structure = "01 1E 82 04 00 00 04 0804 03 02 03 0904 00 01 02 000000 00240081 08 FFFFFFFFFFFFFFFF";
  expect(await secure(structure, "1111", "2222", "2222")).toBe("00240081083131313132323232");
  expect(await secure(structure, "1111", "2222", "3333")).toBe("error EF");
  // without messages the two other numbers of messages are not there
  expect(await secure("01 1E 82 04 00 00 00 0804 00 02 00 0904 00 000000 002C0081", "2222")).toBe("002C00810432323232");
});
