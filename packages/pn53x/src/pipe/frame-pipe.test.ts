import { fromHex, toHex } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { createVirtualField } from "@cardwire/virtual";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ackFrame, errorFrame, informationFrame } from "../frame/frame.ts";
import { createVirtualBulkDevice, createVirtualLink, createVirtualPn53x, createVirtualSerialPort } from "../virtual.ts";
import type { ByteLink } from "./byte-link.ts";
import { createFramePipe } from "./frame-pipe.ts";
import { openSerialPipe } from "./serial-pipe.ts";
import { openUsbPipe } from "./usb-pipe.ts";

const GET_FIRMWARE_VERSION = fromHex("D402");
const FIRMWARE = "D50332010607";

/** A link whose other end is a script: what each write is answered with. */
function scripted(...answers: readonly (readonly Uint8Array[])[]): ByteLink & { readonly written: string[] } {
  const left = [...answers];
  const written: string[] = [];
  let listener: ((bytes: Uint8Array) => void) | undefined;
  return {
    written,
    write(bytes) {
      written.push(toHex(bytes));
      const answer = left.shift();
      queueMicrotask(() => {
        for (const piece of answer ?? []) listener?.(piece);
      });
      return Promise.resolve();
    },
    listen(onBytes) {
      listener = onBytes;
      return () => (listener = undefined);
    },
    close: () => Promise.resolve(),
  };
}

const ANSWER = informationFrame(fromHex(FIRMWARE));
const COMMAND = "0000FF02FED4022A00";
const ACK = "0000FF00FF00";
const NACK = "0000FFFF0000";

describe("a frame pipe", () => {
  it("waits for ACK and answer, in one piece or in two", async () => {
    for (const answer of [[ackFrame(), ANSWER], [Uint8Array.of(...ackFrame(), ...ANSWER)]]) {
      const link = scripted(answer);
      expect(toHex(await createFramePipe(link).exchange(GET_FIRMWARE_VERSION))).toBe(FIRMWARE);
      expect(link.written).toEqual([COMMAND]);
    }
  });

  it("takes an answer whose ACK was lost", async () => {
    const pipe = createFramePipe(scripted([ANSWER]));
    expect(toHex(await pipe.exchange(GET_FIRMWARE_VERSION))).toBe(FIRMWARE);
  });

  it("sends again what is not acknowledged, and asks again for what came damaged", async () => {
    const damaged = ANSWER.slice();
    damaged[6] = 0xff;
    const link = scripted([fromHex(NACK)], [ackFrame(), damaged], [ANSWER]);
    expect(toHex(await createFramePipe(link).exchange(GET_FIRMWARE_VERSION))).toBe(FIRMWARE);
    expect(link.written).toEqual([COMMAND, COMMAND, NACK]);
  });

  it("gives up after three times", async () => {
    const clock = new VirtualClock();
    const silent = scripted();
    const first = createFramePipe(silent, { clock }).exchange(GET_FIRMWARE_VERSION);
    const expectation = expect(first).rejects.toMatchObject({ code: "NO_ANSWER" });
    await clock.advance(1000);
    await expectation;
    expect(silent.written).toEqual([COMMAND, COMMAND, COMMAND, ACK]);

    const damaged = ANSWER.slice();
    damaged[6] = 0xff;
    const noisy = scripted([ackFrame(), damaged], [damaged], [damaged]);
    await expect(createFramePipe(noisy).exchange(GET_FIRMWARE_VERSION)).rejects.toMatchObject({ code: "PROTOCOL" });
  });

  it("passes over what a former command left behind, and noise before a command", async () => {
    const stale = informationFrame(fromHex("D54B00"));
    const pipe = createFramePipe(scripted([ackFrame(), stale, ANSWER]));
    expect(toHex(await pipe.exchange(GET_FIRMWARE_VERSION))).toBe(FIRMWARE);
  });

  it("tells an error frame", async () => {
    const pipe = createFramePipe(scripted([ackFrame(), errorFrame()]));
    await expect(pipe.exchange(fromHex("D4FE"))).rejects.toMatchObject({ code: "SYNTAX" });
  });

  it("ends a command whose time is over, or whose caller has had enough, with an ACK", async () => {
    const clock = new VirtualClock();
    const link = scripted([ackFrame()], [], [ackFrame()], [], [ackFrame(), ANSWER]);
    const pipe = createFramePipe(link, { clock });
    const late = expect(pipe.exchange(fromHex("D44A0100"), { timeoutMs: 50 })).rejects.toMatchObject({
      code: "NO_ANSWER",
    });
    await clock.advance(60);
    await late;
    const abort = new AbortController();
    const aborted = expect(pipe.exchange(fromHex("D44A0100"), { signal: abort.signal })).rejects.toThrow("enough");
    await clock.advance(0);
    abort.abort(new Error("enough"));
    await clock.advance(10);
    await aborted;
    expect(toHex(await pipe.exchange(GET_FIRMWARE_VERSION))).toBe(FIRMWARE);
    expect(link.written).toEqual(["0000FF04FCD44A0100E100", ACK, "0000FF04FCD44A0100E100", ACK, COMMAND]);
  });

  it("ends all that waits when it is closed", async () => {
    const pipe = createFramePipe(scripted([ackFrame()]));
    const waiting = [pipe.exchange(GET_FIRMWARE_VERSION), pipe.exchange(GET_FIRMWARE_VERSION)];
    const expectations = waiting.map((promise) => expect(promise).rejects.toMatchObject({ code: "CLOSED" }));
    await pipe.close();
    await Promise.all(expectations);
    await pipe.close();
    await expect(pipe.exchange(GET_FIRMWARE_VERSION)).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("never hangs and never throws anything else, whatever the chip says", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 3 }), { maxLength: 5 }),
        async (answers) => {
          const clock = new VirtualClock();
          const outcome = createFramePipe(scripted(...answers), { clock })
            .exchange(GET_FIRMWARE_VERSION)
            .then(
              (answer) => answer.length > 0,
              (error: unknown) => (error as { name: string }).name === "Pn53xError",
            );
          await clock.advance(5000);
          expect(await outcome).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a serial port", () => {
  const chip = (): ReturnType<typeof createVirtualPn53x> => createVirtualPn53x(createVirtualField());

  it("is woken, told that there is no SAM, and closed", async () => {
    const port = createVirtualSerialPort(chip());
    const written: string[] = [];
    const pipe = await openSerialPipe({
      ...port,
      write(bytes, callback) {
        written.push(toHex(bytes));
        port.write(bytes, callback);
      },
    });
    expect(written).toEqual([`5555${"00".repeat(14)}`, "0000FF05FBD4140114010200"]);
    expect(toHex(await pipe.exchange(GET_FIRMWARE_VERSION))).toBe(FIRMWARE);
    await pipe.close();
    expect(port.isOpen).toBe(false);
  });

  it("changes its rate, and back again at the end", async () => {
    const port = createVirtualSerialPort(chip());
    const pipe = await openSerialPipe(port, { baudRate: 921600 });
    expect(port.baudRate).toBe(921600);
    expect(toHex(await pipe.exchange(GET_FIRMWARE_VERSION))).toBe(FIRMWARE);
    await pipe.close();
    expect(port.baudRate).toBe(115200);
  });

  it("with nothing behind it is closed again", async () => {
    const clock = new VirtualClock();
    const silent = createVirtualSerialPort({ execute: () => Promise.resolve(undefined), cancel: () => undefined });
    const opening = expect(openSerialPipe(silent, { clock })).rejects.toMatchObject({ code: "NO_ANSWER" });
    await clock.advance(10_000);
    await opening;
    expect(silent.isOpen).toBe(false);
  });

  it("that is pulled ends what is under way", async () => {
    const port = createVirtualSerialPort(chip());
    const pipe = await openSerialPipe(port);
    const waiting = expect(pipe.exchange(fromHex("D44A0100"))).rejects.toMatchObject({ code: "CLOSED" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    port.unplug();
    await waiting;
  });
});

describe("a pair of bulk endpoints", () => {
  it("is freed of what a former program left, and carries frames longer than a packet", async () => {
    const device = createVirtualBulkDevice(createVirtualPn53x(createVirtualField(), { chip: "PN533" }));
    const pipe = await openUsbPipe(device);
    const line = Uint8Array.of(0xd4, 0x00, 0x00, ...new Uint8Array(200).map((_, index) => index));
    expect(toHex(await pipe.exchange(line))).toBe(`D501${toHex(line.subarray(2))}`);
    await pipe.close();
  });

  it("that is pulled ends what is under way", async () => {
    const device = createVirtualBulkDevice(createVirtualPn53x(createVirtualField()));
    const pipe = await openUsbPipe(device);
    const waiting = expect(pipe.exchange(fromHex("D44A0100"))).rejects.toMatchObject({ code: "CLOSED" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    device.unplug();
    await waiting;
    await expect(pipe.exchange(GET_FIRMWARE_VERSION)).rejects.toMatchObject({ code: "CLOSED" });
  });
});

it("a link to a chip that waits for a card is free again after an ACK", async () => {
  const pipe = createFramePipe(createVirtualLink(createVirtualPn53x(createVirtualField())));
  await expect(pipe.exchange(fromHex("D44A0100"), { timeoutMs: 10 })).rejects.toMatchObject({ code: "NO_ANSWER" });
  expect(toHex(await pipe.exchange(GET_FIRMWARE_VERSION))).toBe(FIRMWARE);
});
