import { concatBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { T0Chip } from "./t0-chip.ts";

/** B0 gives ten bytes whatever it is asked for, A4 echoes its data, D6 takes what it gets, anything else is 6D00. */
function answer(command: Uint8Array): Uint8Array {
  switch (command[1]) {
    case 0xb0:
      return fromHex("00010203040506070809 9000");
    case 0xa4: {
      const extended = command[4] === 0 && command.length > 7;
      const data = extended
        ? command.subarray(7, 7 + ((command[5]! << 8) | command[6]!))
        : command.subarray(5, 5 + command[4]!);
      return concatBytes(data, fromHex("9000"));
    }
    case 0xd6:
      return fromHex("9000");
    default:
      return fromHex("6D00");
  }
}

describe("TPDUs", () => {
  const send = async (chip: T0Chip, tpdu: string): Promise<string> => toHex((await chip.exchange(fromHex(tpdu)))!);

  test("the right Le, a wrong one, one that is too small", async () => {
    const chip = new T0Chip(answer);
    expect(await send(chip, "00B000000A")).toBe("000102030405060708099000");
    expect(await send(chip, "00B0000000")).toBe("6C0A");
    expect(await send(chip, "00B0000004")).toBe("000102036106");
    expect(await send(chip, "00C0000006")).toBe("0405060708099000");
  });

  test("data there: 9000, or 61xx for what waits", async () => {
    const chip = new T0Chip(answer);
    expect(await send(chip, "00D6000002AABB")).toBe("9000");
    expect(await send(chip, "00A4040002AABB")).toBe("6102");
    expect(await send(chip, "00C0000003")).toBe("6C02");
    expect(await send(chip, "00C0000001")).toBe("AA6101");
    expect(await send(chip, "00C0000001")).toBe("BB9000");
    expect(await send(chip, "00C0000001")).toBe("6F00");
    expect(await send(chip, "00AA0000")).toBe("6D00");
  });

  test("ENVELOPE collects what is long", async () => {
    const chip = new T0Chip(answer);
    const data = "5A".repeat(300);
    const whole = toHex(fromHex(`00A40400 00012C ${data}`));
    expect(await send(chip, `00C20000FF${whole.slice(0, 510)}`)).toBe("9000");
    expect(await send(chip, `00C2000034${whole.slice(510)}`)).toBe("6100");
    expect(await send(chip, "00C0000000")).toBe(`${"5A".repeat(256)}612C`);
  });
});

describe("on the line", () => {
  const feed = async (chip: T0Chip, bytes: string): Promise<string> => toHex(await chip.feed(fromHex(bytes)));

  test("INS asks for all the data", async () => {
    const chip = new T0Chip(answer);
    expect(await feed(chip, "00D6000002")).toBe("D6");
    expect(await feed(chip, "AABB")).toBe("9000");
    expect(await feed(chip, "00B000000A")).toBe("B0000102030405060708099000");
  });

  test("a fussy card takes its time, and byte for byte", async () => {
    const chip = new T0Chip(answer, { fussy: true });
    expect(await feed(chip, "00D6000002")).toBe("6029");
    expect(await feed(chip, "AA")).toBe("6029");
    expect(await feed(chip, "BB")).toBe("9000");
  });
});
