import { fromHex, toHex } from "@cardwire/core";
import { expect, test } from "vitest";
import { echoCard, T0_ONLY, T1_ONLY } from "../../../test/raw-host.ts";
import { EmulatedIccdToken } from "./emulated-iccd-token.ts";

type Exchange = (direction: "in" | "out", request: number, value: number, data?: string) => string;

function bench(version: "A" | "B", atr: string): Exchange {
  const token = new EmulatedIccdToken({ version, card: echoCard(atr) });
  return (direction, bRequest, wValue, data = "") => {
    const bytes = fromHex(data);
    const bmRequestType = direction === "in" ? 0xa1 : 0x21;
    const wLength = direction === "in" ? 0x1000 : bytes.length;
    const answer = token.control({ bmRequestType, bRequest, wValue, wIndex: 0, wLength }, bytes);
    return answer === undefined ? "stall" : toHex(answer);
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test("version A: T=0 by turns", async () => {
  const send = bench("A", T0_ONLY);
  expect(send("out", 0x65, 0, "00A40400")).toBe("stall");
  expect(send("in", 0x62, 0)).toBe(T0_ONLY);
  send("out", 0x65, 0, "00A4000002");
  expect(send("in", 0xa0, 0)).toBe("10");
  send("out", 0x65, 0, "3F00");
  expect(send("in", 0xa0, 0)).toBe("40");
  await settled();
  expect(send("in", 0xa0, 0)).toBe("20");
  expect(send("in", 0x6f, 0)).toBe("6108");
  send("out", 0x65, 0, "00C0000008");
  await settled();
  expect(send("in", 0xa0, 0)).toBe("10");
  expect(send("in", 0x6f, 0)).toBe("00A40000023F00009000");
  send("out", 0x63, 0);
});

test("version B: APDUs whole and in parts", async () => {
  const send = bench("B", T1_ONLY);
  expect(send("in", 0x81, 0)).toBe("010000");
  send("out", 0x62, 1);
  expect(send("in", 0x6f, 0)).toBe(`00${T1_ONLY}`);
  expect(send("in", 0x81, 0)).toBe("000000");
  send("out", 0x65, 0, "00A40400");
  expect(send("in", 0x6f, 0)).toBe("800100");
  await settled();
  expect(send("in", 0x6f, 0)).toBe("0000A404009000");
  send("out", 0x65, 0x0100, "00A404");
  expect(send("in", 0x6f, 0)).toBe("10");
  send("out", 0x65, 0x0200, "00");
  await settled();
  expect(send("in", 0x6f, 0)).toBe("0000A404009000");
});
