import { concatBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { crc, lrc } from "./checksum.ts";
import { T1Chip, type T1ChipOptions } from "./t1-chip.ts";

/** A card that answers each command with its bytes and 9000. */
function bench(options: T1ChipOptions = {}): (block: string) => Promise<string> {
  const chip = new T1Chip((command) => concatBytes(command, fromHex("9000")), options);
  const checksum = options.edc === "crc" ? crc : lrc;
  return async (block) => {
    const bytes = fromHex(block);
    const answer = await chip.exchange(concatBytes(bytes, checksum(bytes)));
    return answer === undefined ? "" : toHex(answer.subarray(0, answer.length - checksum(bytes).length));
  };
}

test("checksums: ISO/IEC 7816-3's exclusive-or, and the CRC that readers take", () => {
  expect(toHex(lrc(fromHex("00C101FE")))).toBe("3E");
  expect(toHex(crc(fromHex("00C101FE")))).toBe("544E");
});

describe("blocks", () => {
  test("one there, one back, numbers that take turns", async () => {
    const send = bench();
    expect(await send("0000 02 AABB")).toBe("000004AABB9000");
    expect(await send("0040 01 CC")).toBe("004003CC9000");
    expect(await send("0000 01 DD")).toBe("000003DD9000");
  });

  test("a number that is not the next is refused", async () => {
    const send = bench();
    expect(await send("0040 01 CC")).toBe("008200");
    expect(await send("0000 01 CC")).toBe("000003CC9000");
  });

  test("a chain of the host's is acknowledged block by block", async () => {
    const send = bench();
    expect(await send("0020 02 0102")).toBe("009000");
    expect(await send("0060 02 0304")).toBe("008000");
    expect(await send("0000 01 05")).toBe("00000701020304059000");
  });

  test("a chain of the card's goes on with R, and is repeated with the number that was", async () => {
    const send = bench();
    const long = "11".repeat(40);
    expect(await send("00C1 01 10")).toBe("00E10110");
    expect(await send(`0000 28 ${long}`)).toBe(`002010${"11".repeat(16)}`);
    expect(await send("0080 00")).toBe(`002010${"11".repeat(16)}`);
    expect(await send("0090 00")).toBe(`006010${"11".repeat(16)}`);
    expect(await send("0080 00")).toBe(`00000A${"11".repeat(8)}9000`);
    // the next command's number follows the host's last I-block
    expect(await send("0040 01 AA")).toBe("004003AA9000");
  });

  test("R after a whole answer repeats it", async () => {
    const send = bench();
    expect(await send("0000 01 AA")).toBe("000003AA9000");
    expect(await send("0080 00")).toBe("000003AA9000");
  });

  test("a wrong epilogue, a wrong length", async () => {
    const chip = new T1Chip(() => fromHex("9000"));
    expect(toHex((await chip.exchange(fromHex("00 00 01 AA 00")))!)).toBe("00810081");
    expect(toHex((await chip.exchange(fromHex("00 00 02 AA A8")))!)).toBe("00810081");
  });

  test("RESYNCH begins anew, ABORT is answered", async () => {
    const send = bench();
    await send("0000 01 AA");
    expect(await send("00C0 00")).toBe("00E000");
    expect(await send("0000 01 AA")).toBe("000003AA9000");
    expect(await send("00C2 00")).toBe("00E200");
  });

  test("with a CRC", async () => {
    expect(await bench({ edc: "crc" })("0000 01 AA")).toBe("000003AA9000");
  });
});

describe("mishaps", () => {
  test("each once, in their order", async () => {
    const send = bench({ mishaps: ["miss", "refuse", "refuse-other", "lose-answer", undefined] });
    expect(await send("0000 01 AA")).toBe("");
    expect(await send("0000 01 AA")).toBe("008100");
    expect(await send("0000 01 AA")).toBe("008200");
    expect(await send("0000 01 AA")).toBe("");
    expect(await send("0080 00")).toBe("000003AA9000");
  });

  test("garbled and cut", async () => {
    const chip = new T1Chip(() => fromHex("9000"), { mishaps: ["garble", "cut"] });
    expect(toHex((await chip.exchange(fromHex("00000101 00")))!)).toBe("0000029000C7");
    expect(toHex((await chip.exchange(fromHex("00800080")))!)).toBe("0000029000");
  });

  test("WTX and IFS come before the answer", async () => {
    const send = bench({ mishaps: [{ wtx: 3 }, undefined, { ifs: 64 }] });
    expect(await send("0000 01 AA")).toBe("00C30103");
    expect(await send("00E3 01 03")).toBe("000003AA9000");
    expect(await send("0040 01 BB")).toBe("00C10140");
    expect(await send("00E1 01 40")).toBe("004003BB9000");
  });

  test("two requests in a row come before one answer", async () => {
    const send = bench({ mishaps: [{ wtx: 3 }, { wtx: 5 }] });
    expect(await send("0000 01 AA")).toBe("00C30103");
    expect(await send("00E3 01 03")).toBe("00C30105");
    expect(await send("00E3 01 05")).toBe("000003AA9000");
  });

  test("a request before a repetition is not what is repeated", async () => {
    const send = bench({ mishaps: [undefined, { wtx: 3 }] });
    expect(await send("0000 01 AA")).toBe("000003AA9000");
    expect(await send("0082 00")).toBe("00C30103");
    expect(await send("00E3 01 03")).toBe("000003AA9000");
  });
});

test("on the line a block is as long as its LEN says", async () => {
  const chip = new T1Chip(() => fromHex("9000"));
  expect(toHex(await chip.feed(fromHex("0000")))).toBe("");
  expect(toHex(await chip.feed(fromHex("01AA")))).toBe("");
  expect(toHex(await chip.feed(fromHex("AB")))).toBe("000002900092");
});
