import { concatBytes, fromHex, insertParity, isFormatError, type RfReply, type RfRequest, toHex } from "@cardwire/core";
import { createVirtualField, loadTag } from "@cardwire/virtual";
import { classic1kWithNdef, ntag216WithUri } from "@cardwire/virtual/samples";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bench, failure, FIRMWARE, frame, NEVER, pipeTo } from "../../test/front-end-bench.ts";
import { openPn53x } from "../chip/pn53x.ts";
import { isPn53xError } from "../pn53x-error.ts";
import { createVirtualPn53x } from "../virtual.ts";
import { createPn53xFrontEnd } from "./front-end.ts";

describe("frames of a PN53x", () => {
  it("finds a tag with the chip's own activation switched off, and forms frames by registers", async () => {
    const { frontEnd, commands, send } = await bench([loadTag(ntag216WithUri())]);
    await frontEnd.discover(NEVER);
    expect(commands.splice(0)).toEqual(["D41200", "D4320400", "D43205000001", "D4320101", "D44A0100"]);
    expect(await send("3004")).toEqual(frame("030DD10109550162696E672E636F6D00"));
    // the registers once, the CRC check off, 6.4 ms for the answer
    expect(commands.splice(0)).toEqual(["D406630263036305630D633D", "D408630300", "D43202000B07", "D4423004"]);
    expect(await send("A20411223344")).toEqual(frame("0A", 4));
    expect(commands.splice(0)).toEqual(["D442A20411223344"]);
  });

  it("authenticates by InDataExchange", async () => {
    const { frontEnd, commands, send } = await bench([loadTag(classic1kWithNdef())]);
    await frontEnd.discover(NEVER);
    commands.length = 0;
    const request = { kind: "mifare-authenticate", block: 12, keyType: "a", key: fromHex("FFFFFFFFFFFF") } as const;
    expect(await frontEnd.exchange({ ...request, uid: fromHex("1A2B3C4D") })).toEqual({ kind: "done" });
    expect(commands.at(-1)).toBe("D440016 00CFFFFFFFFFFFF1A2B3C4D".replace(" ", ""));
    expect(await send("300C")).toEqual(frame("00".repeat(16)));
    const wrong = { ...request, key: fromHex("000000000000"), uid: fromHex("1A2B3C4D") };
    expect(await frontEnd.exchange(wrong)).toEqual(failure("authentication"));
    expect(await send("300C")).toEqual(failure("timeout"));
  });

  it("keeps bits, CRC and parity as it is told", async () => {
    const { frontEnd, send } = await bench([loadTag(ntag216WithUri())]);
    await frontEnd.discover(NEVER);
    const data = "030DD10109550162696E672E636F6D00";
    const crc = { transmitCrc: false, receiveCrc: false } as const;
    // 30 04 with its CRC_A (ISO/IEC 14443-3 annex B)
    expect(await send("300426EE", crc)).toMatchObject({ kind: "frame", data: { length: 18 } });
    expect(await send("300426EF", crc)).toEqual(failure("timeout"));
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(await send("3004", { receiveParity: false })).toEqual({ kind: "frame", ...insertParity(fromHex(data)) });
    const bits = insertParity(fromHex("300426EE"));
    const raw = { ...crc, transmitParity: false, lastBits: bits.lastBits };
    expect(await send(toHex(bits.data), raw)).toMatchObject({ kind: "frame", data: { length: 18 } });
    expect(await send("3004", { transmitParity: false })).toEqual(failure("unsupported"));
    // 250 bytes are 282 with their parity bits
    expect(await send("00".repeat(250), { receiveParity: false })).toEqual(failure("unsupported"));
    expect(await send("3004")).toEqual(frame(data));
    expect(await send("52", { lastBits: 7 })).toEqual(failure("timeout"));
    expect(await send("52", { lastBits: 7 })).toEqual(frame("4400"));
  });

  it("hears what came to a frame that expected nothing", async () => {
    const { frontEnd, send } = await bench([loadTag(ntag216WithUri())]);
    await frontEnd.discover(NEVER);
    expect(await send("3004", { expect: "nothing" })).toEqual({ kind: "done" });
    const listen = { kind: "receive", timeoutUs: 1000 } as const;
    expect(await frontEnd.exchange(listen)).toMatchObject({ kind: "frame", data: { length: 16 } });
    expect(await frontEnd.exchange(listen)).toEqual(failure("timeout"));
  });
});

describe("what the chip says", () => {
  /** A tag was found; then every RF exchange gets this answer. */
  async function saying(status: number, ...data: number[]): Promise<RfReply> {
    const real = createVirtualPn53x(createVirtualField({ tags: [loadTag(ntag216WithUri())] }));
    const pipe = pipeTo((command) =>
      command[1] === 0x42 ? Uint8Array.of(0xd5, 0x43, status, ...data) : real.execute(command),
    );
    const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { resetMs: 0 });
    await frontEnd.discover(NEVER);
    return frontEnd.exchange({ kind: "frame", data: fromHex("3004"), timeoutUs: 5000 });
  }

  it.each([
    [0x01, "timeout"],
    [0x02, "crc"],
    [0x03, "parity"],
    [0x05, "framing"],
    [0x06, "collision"],
    [0x0b, "framing"],
    [0x09, "overflow"],
    [0x2b, "link-lost"],
  ])("with status %i is the failure %s", async (status, reason) => {
    expect(await saying(status)).toEqual(failure(reason));
  });

  it.each([0x0d, 0x10, 0x27, 0x2d, 0x3f])("with status %i is an error of the chip's", async (status) => {
    await expect(saying(status)).rejects.toMatchObject({ name: "Pn53xError", code: "CHIP_STATUS", status });
  });

  it("is checked: a CRC of type A, and at least something", async () => {
    expect(await saying(0, 1, 2, 3, 4)).toEqual(failure("crc"));
    expect(await saying(0, 1, 2)).toEqual(failure("crc"));
    expect(await saying(0)).toEqual(failure("framing"));
  });

  it("may be nothing at all, where a reader's firmware says so: the tag kept silent", async () => {
    const real = createVirtualPn53x(createVirtualField({ tags: [loadTag(ntag216WithUri())] }));
    const pipe = pipeTo((command) => (command[1] === 0x42 ? undefined : real.execute(command)));
    const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { resetMs: 0 });
    await frontEnd.discover(NEVER);
    expect(await frontEnd.exchange({ kind: "frame", data: fromHex("3004"), timeoutUs: 5000 })).toEqual(
      failure("timeout"),
    );
  });

  it("may be anything: nothing hangs, and no other error comes", async () => {
    const requests: readonly RfRequest[] = [
      { kind: "frame", data: fromHex("3004"), timeoutUs: 5000 },
      { kind: "frame", data: fromHex("3004"), timeoutUs: 5000, receiveCrc: false, receiveParity: false },
      { kind: "mifare-authenticate", block: 4, keyType: "b", key: new Uint8Array(6), uid: new Uint8Array(4) },
      { kind: "reselect" },
      { kind: "field", on: false },
    ];
    const answer = fc.oneof(
      fc.constant(new Uint8Array(0)),
      fc.uint8Array({ maxLength: 30 }),
      // a target of some kind
      fc.constantFrom(
        fromHex("01010044000704D149D29C3980"),
        fromHex("010114010114B34C2A5F6E7100F100000001430088B4"),
        fromHex("010150AABBCCDD112233440081810101"),
        fromHex("01010C0018262100"),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 20 }), fc.boolean(), async (answers, isHonest) => {
        let at = 0;
        const abort = new AbortController();
        const pipe = pipeTo((command) => {
          if (command[1] === 0x02) return FIRMWARE;
          if (at > 60) abort.abort(new Error("enough"));
          const bytes = answers[at++ % answers.length] ?? new Uint8Array(0);
          return isHonest || at < 5 ? concatBytes(Uint8Array.of(0xd5, (command[1] ?? 0) + 1), bytes) : bytes;
        });
        const clock = {
          now: () => 0,
          schedule: (_: number, callback: () => void) => (queueMicrotask(callback), () => undefined),
        };
        const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { clock });
        const expectKnown = (error: unknown): void => {
          expect(isPn53xError(error) || isFormatError(error) || (error as Error).message === "enough").toBe(true);
        };
        try {
          await frontEnd.discover(abort.signal);
          for (const request of requests) expect(await frontEnd.exchange(request)).toHaveProperty("kind");
        } catch (error) {
          expectKnown(error);
        }
        await Promise.resolve(frontEnd.close()).catch(expectKnown);
      }),
    );
  });
});
