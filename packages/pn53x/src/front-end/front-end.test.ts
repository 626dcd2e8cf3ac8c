import {
  concatBytes,
  fromHex,
  insertParity,
  isFormatError,
  type RfFrontEnd,
  type RfReply,
  type RfRequest,
  toHex,
  type VirtualTag,
} from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { createTypeBMemoryTag } from "@cardwire/iso14443b/virtual";
import { createVirtualField, loadTag, type VirtualField } from "@cardwire/virtual";
import { classic1kWithNdef, felicaLiteSWithUri, ntag216WithUri, topaz96WithText } from "@cardwire/virtual/samples";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openPn53x } from "../chip/pn53x.ts";
import type { Pn53xPipe } from "../pipe/pipe.ts";
import { isPn53xError, Pn53xError } from "../pn53x-error.ts";
import { createVirtualPn53x } from "../virtual.ts";
import { createPn53xFrontEnd, type Pn53xFrontEndOptions } from "./front-end.ts";

const NEVER = new AbortController().signal;
const FIRMWARE = fromHex("D50332010607");

/** A pipe that hands commands to a function, and keeps them. */
function pipeTo(
  execute: (command: Uint8Array) => Promise<Uint8Array | undefined> | Uint8Array | undefined,
  more: Partial<Pn53xPipe> = {},
): Pn53xPipe & { readonly commands: string[] } {
  const commands: string[] = [];
  return {
    name: "test",
    maxCommandBytes: 265,
    maxAnswerBytes: 265,
    commands,
    async exchange(command) {
      commands.push(toHex(command));
      const answer = await execute(command);
      if (answer === undefined) throw new Pn53xError("CHIP_SILENT", "nothing");
      return answer;
    },
    close: () => Promise.resolve(),
    ...more,
  };
}

interface Bench {
  readonly frontEnd: RfFrontEnd;
  readonly field: VirtualField;
  readonly commands: string[];
  readonly send: (frame: string, more?: Partial<RfRequest & { kind: "frame" }>) => Promise<RfReply>;
}

async function bench(tags: readonly VirtualTag[], options: Pn53xFrontEndOptions = {}): Promise<Bench> {
  const field = createVirtualField({ tags });
  const chip = createVirtualPn53x(field);
  const pipe = pipeTo((command) => chip.execute(command));
  const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { resetMs: 0, ...options });
  pipe.commands.length = 0;
  return {
    frontEnd,
    field,
    commands: pipe.commands,
    send: async (frame, more = {}) =>
      frontEnd.exchange({ kind: "frame", data: fromHex(frame), timeoutUs: 5000, ...more }),
  };
}

const frame = (hex: string, lastBits = 8): RfReply => ({ kind: "frame", data: fromHex(hex), lastBits });
const failure = (reason: string): unknown => ({ kind: "failure", reason });

describe("a PN53x front end", () => {
  it("says which chip it is, and how long frames may be", async () => {
    const { frontEnd } = await bench([]);
    expect([frontEnd.name, frontEnd.maxTransmitBytes, frontEnd.maxReceiveBytes]).toEqual([
      "PN532 1.6 (test)",
      263,
      260,
    ]);
  });

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

  it("selects the same tag again by its UID after its power was taken", async () => {
    const { frontEnd, commands } = await bench([loadTag(ntag216WithUri())]);
    await frontEnd.discover(NEVER);
    commands.length = 0;
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(commands).toEqual(["D4320100", "D4320101", "D44A01008804D149D29C3980"]);
  });

  it("takes no other tag for it", async () => {
    const { frontEnd, field } = await bench([loadTag(ntag216WithUri())]);
    await frontEnd.discover(NEVER);
    field.remove();
    field.put(loadTag(classic1kWithNdef()));
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual(failure("link-lost"));
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

  it("reads a Topaz's single bytes by the chip's commands, and its blocks by registers", async () => {
    const { frontEnd, commands, send } = await bench([loadTag(topaz96WithText())]);
    await frontEnd.discover(NEVER);
    commands.length = 0;
    // the address, which the chip keeps, is put back
    expect(await send("0108 00 25C1D700")).toEqual(frame("08E1"));
    expect(commands.splice(0)).toEqual(["D43202000B07", "D440010108"]);
    expect(await send("5310 AA 25C1D700")).toEqual(frame("10AA"));
    expect(await send("780000 00000000")).toEqual(frame("114825C1D700"));
    // a static tag does not know blocks; the chip is asked all the same
    expect(await send(`0201${"00".repeat(8)}25C1D700`)).toEqual(failure("timeout"));
    expect(await send("0108 00 00000000")).toEqual(failure("timeout"));
    expect(await send("0108 00 25C1D700", { receiveCrc: false })).toEqual(failure("unsupported"));
  });

  it.each(["13", "01", "", "SYNTAX"])("takes a Topaz' identity from RALL where RID is answered %s", async (refusal) => {
    const chip = createVirtualPn53x(createVirtualField({ tags: [loadTag(topaz96WithText())] }));
    const pipe = pipeTo((command) => {
      if (!toHex(command).startsWith("D4400178")) return chip.execute(command);
      if (refusal === "SYNTAX") throw new Pn53xError("SYNTAX", "not this one");
      return refusal === "" ? undefined : fromHex(`D541${refusal}`);
    });
    const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { technologies: ["nfc-a-type1"] });
    const uid = fromHex("25C1D700");
    expect(await frontEnd.discover(NEVER)).toEqual([{ technology: "nfc-a-type1", hr0: 0x11, hr1: 0x48, uid }]);
    // and does not ask for RID again
    pipe.commands.length = 0;
    const presence = { kind: "frame", data: fromHex("78000000000000"), timeoutUs: 10_000 } as const;
    expect(await frontEnd.exchange(presence)).toEqual(frame("114825C1D700"));
    expect(pipe.commands).toEqual(["D4400100"]);
  });

  it("reads a Topaz 512 by blocks and segments", async () => {
    const memory = new Uint8Array(512).map((_, index) => index);
    memory.set(fromHex("25C1D7001A2B3C00"));
    const { createTopazTag } = await import("@cardwire/topaz/virtual");
    const { frontEnd, send } = await bench([createTopazTag({ hr0: 0x12, hr1: 0x4c, memory })]);
    await frontEnd.discover(NEVER);
    const eight = "00".repeat(8);
    expect(await send(`0210${eight}25C1D700`)).toEqual(frame(`10${toHex(memory.subarray(128, 136))}`));
    expect(await send(`5410${"A5".repeat(8)}25C1D700`)).toEqual(frame(`10${"A5".repeat(8)}`));
    expect(await send(`1020${eight}25C1D700`)).toEqual(frame(`20${toHex(memory.subarray(256, 384))}`));
  });

  it("undoes the ATTRIB that the chip sends a type B card", async () => {
    const card = createIsoDepCard({ pupi: fromHex("AABBCCDD"), application: (apdu) => apdu, activatedBy: "reader" });
    const { frontEnd, commands, send } = await bench([card], { technologies: ["nfc-b"] });
    const [target] = await frontEnd.discover(NEVER);
    expect(target).toEqual({
      technology: "nfc-b",
      pupi: fromHex("AABBCCDD"),
      applicationData: new Uint8Array(4),
      protocolInfo: fromHex("008181"),
    });
    expect(commands.filter((command) => command.startsWith("D442"))).toEqual(["D442CA01", "D442050008"]);
    expect(await send("1DAABBCCDD00080100")).toMatchObject({ kind: "frame" });
    commands.length = 0;
    // its power stays: a PUPI drawn by chance stays what it is
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(commands.filter((command) => command.startsWith("D43201"))).toEqual([]);
  });

  it("finds a SR176 by its blocks", async () => {
    const memory = new Uint8Array(32).map((_, index) => index);
    const uid = fromHex("0001020304050607");
    const tag = createTypeBMemoryTag({ product: "sr176", uid, memory });
    const { frontEnd } = await bench([tag]);
    expect(await frontEnd.discover(NEVER)).toMatchObject([{ technology: "nfc-b-memory", uid }]);
  });

  it("shows a card of two protocols as both, ISO-DEP first", async () => {
    const classic = loadTag(classic1kWithNdef());
    const card = createIsoDepCard({
      uid: fromHex("1A2B3C4D"),
      sak: 0x20,
      application: (apdu) => apdu,
      otherProtocol: classic,
    });
    const { frontEnd, send } = await bench([card]);
    const [first, second] = await frontEnd.discover(NEVER);
    expect(first).toMatchObject({ technology: "nfc-a", sak: 0x28, ats: expect.any(Uint8Array) as Uint8Array });
    expect(second).toMatchObject({ technology: "nfc-a", sak: 0x28 });
    expect(second).not.toHaveProperty("ats");
    expect(await send("02AABB")).toEqual(frame("02AABB"));
    if (second === undefined) throw new Error("unreachable");
    expect(await frontEnd.exchange({ kind: "reselect", target: second })).toEqual({ kind: "done" });
    expect(await send("3000")).toEqual(frame("04", 4));
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(await send("02AABB")).toEqual(frame("02AABB"));
  });

  it("selects a phone again although its UID is another one", async () => {
    let draw = 0;
    const uids = ["08111111", "08222222"];
    const card = (): VirtualTag => createIsoDepCard({ uid: fromHex(uids[draw] ?? ""), application: (apdu) => apdu });
    const { frontEnd, field } = await bench([card()]);
    await frontEnd.discover(NEVER);
    draw = 1;
    field.remove();
    field.put(card());
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
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

  it("switches the field, and does nothing without it", async () => {
    const { frontEnd, field, send } = await bench([loadTag(ntag216WithUri())]);
    expect(await send("3004")).toEqual(failure("link-lost"));
    await frontEnd.discover(NEVER);
    expect(await frontEnd.exchange({ kind: "field", on: false, delayUs: 10 })).toEqual({ kind: "done" });
    expect(field.isOn).toBe(false);
    expect(await send("3004")).toEqual(failure("link-lost"));
    await frontEnd.exchange({ kind: "field", on: true });
    // awake, and not selected
    expect(await send("3004")).toEqual(failure("timeout"));
    await frontEnd.deactivate();
    expect(field.isOn).toBe(false);
  });

  it("leaves ISO-DEP and what no chip can do to others", async () => {
    const { frontEnd, send } = await bench([loadTag(felicaLiteSWithUri())]);
    expect(frontEnd.exchange({ kind: "apdu", command: new Uint8Array(5), timeoutUs: 1000 })).toEqual(
      failure("unsupported"),
    );
    await frontEnd.discover(NEVER);
    expect(await send("00", { lastBits: 4 })).toEqual(failure("unsupported"));
    expect(await send("00".repeat(264))).toEqual(failure("unsupported"));
  });

  it("stops looking as soon as it is told, and has the field off between rounds", async () => {
    const clock = new VirtualClock();
    const { frontEnd, field } = await bench([], { clock });
    const abort = new AbortController();
    const discovery = expect(frontEnd.discover(abort.signal)).rejects.toThrow("enough");
    await clock.advance(30);
    expect(field.isOn).toBe(false);
    abort.abort(new Error("enough"));
    await discovery;
    expect(clock.pending).toBe(0);
    await expect(frontEnd.discover(AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
  });

  it("closes the field and the pipe, once", async () => {
    let closed = 0;
    const chip = createVirtualPn53x(createVirtualField());
    const pipe = pipeTo((command) => chip.execute(command), {
      close: () => {
        closed++;
        return Promise.resolve();
      },
    });
    const frontEnd = createPn53xFrontEnd(await openPn53x(pipe));
    await Promise.all([frontEnd.close(), frontEnd.close()]);
    expect(closed).toBe(1);
  });
});

it("closes what is gone, and finds its chip again after a fault", async () => {
  const chip = createVirtualPn53x(createVirtualField({ tags: [loadTag(ntag216WithUri())] }));
  let isGone = false;
  const pipe = pipeTo((command) => {
    if (isGone) throw new Pn53xError("CLOSED", "gone");
    return chip.execute(command);
  });
  const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { resetMs: 0 });
  await frontEnd.discover(NEVER);
  isGone = true;
  await expect(frontEnd.exchange({ kind: "reselect" })).rejects.toMatchObject({ code: "CLOSED" });
  isGone = false;
  pipe.commands.length = 0;
  await frontEnd.discover(NEVER);
  expect(pipe.commands[0]).toBe("D41200");
  isGone = true;
  await frontEnd.close();
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
