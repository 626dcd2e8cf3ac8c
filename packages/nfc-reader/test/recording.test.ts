import { fromHex, type IoctlDevice, type NfcATarget, toHex, type TraceEvent } from "@cardwire/core";
import { encodeTransmitInput, IOCTL_SMARTCARD, NTSTATUS } from "@cardwire/ioctl";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createPcapngTrace,
  formatIoctlLogEntry,
  type IoctlLogEntry,
  parseIoctlLog,
  parseIoctlLogEntry,
  recordIoctlDevice,
  replayIoctlLog,
} from "../src/recording.ts";
import { bench, named, NO_INPUT } from "./bench.ts";
import { ULTRALIGHT } from "./fake-front-end.ts";
import { flush } from "./manual-clock.ts";

const { IS_PRESENT, IS_ABSENT, TRANSMIT, GET_STATE } = IOCTL_SMARTCARD;

/** What a client does in one tap: waits, is cancelled, waits again, reads, and finds the card gone. */
async function tap(device: IoctlDevice, hands: { lay(): void; take(): Promise<void> }): Promise<string[]> {
  const results: string[] = [];
  const send = async (code: number, input = NO_INPUT, outputLength = 0, signal?: AbortSignal): Promise<void> => {
    const place = results.push("") - 1;
    const options = signal === undefined ? undefined : { signal };
    const { status, output } = named(await device.deviceIoControl(code, input, outputLength, options));
    results[place] = `${status} ${toHex(output)}`;
  };
  const controller = new AbortController();
  const cancelled = send(IS_PRESENT, NO_INPUT, 0, controller.signal);
  controller.abort();
  await cancelled;
  const present = send(IS_PRESENT);
  await send(GET_STATE, NO_INPUT, 4);
  hands.lay();
  await present;
  const absent = send(IS_ABSENT);
  await send(TRANSMIT, encodeTransmitInput(fromHex("3004")), 64);
  await hands.take();
  await absent;
  await device.close();
  return results;
}

async function recorded(): Promise<{ readonly log: IoctlLogEntry[]; readonly results: string[] }> {
  const { device, frontEnd, clock } = await bench();
  const log: IoctlLogEntry[] = [];
  const results = await tap(
    recordIoctlDevice(device, (entry) => log.push(entry)),
    {
      lay: () => frontEnd.put(ULTRALIGHT),
      take: () => {
        frontEnd.remove();
        return clock.advance(200);
      },
    },
  );
  return { log, results };
}

describe("a log", () => {
  test("has requests, cancellations, results and the end in their order", async () => {
    const { log } = await recorded();
    expect(log.map((entry) => `${entry.event} ${"id" in entry ? entry.id : ""}`.trim())).toEqual([
      "request 1",
      "cancel 1",
      "result 1",
      "request 2",
      "request 3",
      "result 3",
      "result 2",
      "request 4",
      "request 5",
      "result 5",
      "result 4",
      "close",
    ]);
  });

  test("is lines of JSON that people can read, and comes back as it was", async () => {
    const { log } = await recorded();
    const lines = log.map(formatIoctlLogEntry);
    expect(lines.every((line) => !line.includes("\n"))).toBe(true);
    expect(JSON.parse(lines[8]!)).toEqual({
      event: "request",
      timeUs: log[8]!.timeUs,
      id: 5,
      name: "TRANSMIT",
      code: TRANSMIT,
      input: "02000000080000003004",
      outputLength: 64,
    });
    expect(JSON.parse(lines[9]!)).toMatchObject({ name: "SUCCESS", status: 0, output: "020000000800000030049000" });
    expect(parseIoctlLog(`${lines.join("\r\n")}\n\n`)).toEqual(log);
  });

  test("replayed, gives the same client the same results", async () => {
    const { log, results } = await recorded();
    const replayed = replayIoctlLog(parseIoctlLog(log.map(formatIoctlLogEntry).join("\n")));
    const nobody = { lay: () => undefined, take: () => flush() };
    expect(await tap(replayed, nobody)).toEqual(results);
  });

  test("replayed, what waited waits until what ended it has happened", async () => {
    const { log } = await recorded();
    const device = replayIoctlLog(log.slice(3));
    let present: number | undefined;
    void device.deviceIoControl(IS_PRESENT, NO_INPUT, 0).then(({ status }) => (present = status));
    await flush();
    expect(present).toBeUndefined();
    await device.deviceIoControl(GET_STATE, NO_INPUT, 4);
    await flush();
    expect(present).toBe(NTSTATUS.SUCCESS);
  });

  test("replayed otherwise than it was recorded, says where", async () => {
    const { log } = await recorded();
    const device = replayIoctlLog(log);
    await expect(device.deviceIoControl(IOCTL_SMARTCARD.POWER, NO_INPUT, 0)).rejects.toThrow("no further POWER");
    await expect(device.deviceIoControl(0x1234, NO_INPUT, 0)).rejects.toThrow("no further 0x1234");
    await expect(device.deviceIoControl(TRANSMIT, NO_INPUT, 0)).rejects.toThrow("another input for its next TRANSMIT");
    const absent = device.deviceIoControl(IS_ABSENT, NO_INPUT, 0, { signal: AbortSignal.timeout(0) });
    expect((await absent).status).toBe(NTSTATUS.CANCELLED);
    const pending = device.deviceIoControl(IS_PRESENT, NO_INPUT, 0);
    await device.close();
    expect((await pending).status).toBe(NTSTATUS.CANCELLED);
    await expect(device.deviceIoControl(GET_STATE, NO_INPUT, 4)).rejects.toThrow("closed");
  });

  test("a request that was cancelled too late ends as it did", async () => {
    const log = parseIoctlLog(
      `{"event":"request","timeUs":1,"id":1,"code":${TRANSMIT},"input":"","outputLength":9}
       {"event":"cancel","timeUs":2,"id":1}
       {"event":"result","timeUs":3,"id":1,"status":0,"output":"9000"}`,
    );
    const controller = new AbortController();
    const result = replayIoctlLog(log).deviceIoControl(TRANSMIT, NO_INPUT, 9, { signal: controller.signal });
    controller.abort();
    expect((await result).output).toEqual(fromHex("9000"));
    const early = replayIoctlLog(log).deviceIoControl(TRANSMIT, NO_INPUT, 9, { signal: AbortSignal.abort() });
    expect((await early).output).toEqual(fromHex("9000"));
  });

  test("a call that rejects leaves a request without a result", async () => {
    const { device } = await bench();
    await device.close();
    const log: IoctlLogEntry[] = [];
    const recorder = recordIoctlDevice(device, (entry) => log.push(entry));
    await expect(recorder.deviceIoControl(GET_STATE, NO_INPUT, 4, { signal: AbortSignal.abort() })).rejects.toThrow(
      "closed",
    );
    expect(log.map(({ event }) => event)).toEqual(["request", "cancel"]);
  });

  test.each([
    ["", "line"],
    ["[1", "line"],
    ["7", "line"],
    [`{"event":"request"}`, "timeUs"],
    [`{"event":"what","timeUs":1,"id":1}`, "event"],
    [`{"event":"cancel","timeUs":1,"id":-1}`, "id"],
    [`{"event":"result","timeUs":1,"id":1,"status":4294967296,"output":""}`, "status"],
    [`{"event":"result","timeUs":1,"id":1,"status":0,"output":"9"}`, "hex"],
    [`{"event":"result","timeUs":1,"id":1,"status":0,"output":9}`, "output"],
  ])("a line that is none: %s", (line, field) => {
    expect(() => parseIoctlLogEntry(line)).toThrow(expect.objectContaining({ field }));
  });

  test("any text gives entries or a FormatError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (line) => {
        try {
          parseIoctlLogEntry(line);
        } catch (error) {
          expect((error as Error).name).toBe("FormatError");
        }
      }),
    );
  });
});

/** Takes a little-endian pcapng file apart, as far as ours goes. */
function readPcapng(bytes: Uint8Array): { readonly type: number; readonly body: Uint8Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: { type: number; body: Uint8Array }[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const type = view.getUint32(offset, true);
    const length = view.getUint32(offset + 4, true);
    expect(length % 4).toBe(0);
    expect(view.getUint32(offset + length - 4, true)).toBe(length);
    blocks.push({ type, body: bytes.subarray(offset + 8, offset + length - 4) });
    offset += length;
  }
  return blocks;
}

function packetsOf(bytes: Uint8Array): string[] {
  return readPcapng(bytes)
    .filter(({ type }) => type === 6)
    .map(({ body }) => {
      const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
      const length = view.getUint32(12, true);
      const time = view.getUint32(4, true) * 2 ** 32 + view.getUint32(8, true);
      return `${view.getUint32(0, true)} ${time} ${toHex(body.subarray(20, 20 + length))}`;
    });
}

function capture(run: (trace: ReturnType<typeof createPcapngTrace>) => void): Uint8Array {
  const pieces: Uint8Array[] = [];
  run(createPcapngTrace((bytes) => pieces.push(bytes), { epochUs: 1_800_000_000_000_000 }));
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

const FRAME = { kind: "frame", timeoutUs: 1000 } as const;

describe("a capture", () => {
  test("begins with a section and two interfaces", () => {
    const blocks = readPcapng(capture(() => undefined));
    expect(blocks.map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, 1]);
    // byte-order magic, version 1.0, length not given
    expect(toHex(blocks[0]!.body)).toBe("4D3C2B1A01000000FFFFFFFFFFFFFFFF");
    // LINKTYPE_ISO_14443 (264), LINKTYPE_USER0 (147)
    expect(toHex(blocks[1]!.body.subarray(0, 4))).toBe("08010000");
    expect(toHex(blocks[2]!.body.subarray(0, 4))).toBe("93000000");
  });

  test("has RF frames with the pseudo-header of ISO 14443 captures, and I/O controls", () => {
    const events: TraceEvent[] = [
      {
        layer: "ioctl",
        direction: "down",
        timeUs: 1,
        code: TRANSMIT,
        input: encodeTransmitInput(fromHex("FFB0000410")),
        outputLength: 26,
      },
      { layer: "apdu", direction: "down", timeUs: 2, bytes: fromHex("FFB0000410") },
      { layer: "rf", direction: "down", timeUs: 3, request: { ...FRAME, data: fromHex("3004") } },
      { layer: "rf", direction: "up", timeUs: 4, reply: { kind: "frame", data: fromHex("0102"), lastBits: 8 } },
      { layer: "rf", direction: "down", timeUs: 5, request: { ...FRAME, data: fromHex("26"), transmitCrc: false } },
      { layer: "rf", direction: "up", timeUs: 6, reply: { kind: "failure", reason: "timeout" } },
      { layer: "rf", direction: "down", timeUs: 7, request: { kind: "field", on: false } },
      { layer: "rf", direction: "up", timeUs: 8, reply: { kind: "done" } },
      { layer: "rf", direction: "down", timeUs: 9, request: { kind: "reselect" } },
      { layer: "rf", direction: "down", timeUs: 10, request: { ...FRAME, data: fromHex("A204"), receiveCrc: false } },
      { layer: "rf", direction: "up", timeUs: 11, reply: { kind: "frame", data: fromHex("0A"), lastBits: 4 } },
      { layer: "ioctl", direction: "up", timeUs: 12, code: TRANSMIT, status: 0, output: fromHex("9000") },
    ];
    const bytes = capture(({ sink }) => events.forEach(sink));
    const at = (timeUs: number): string => String(1_800_000_000_000_000 + timeUs);
    expect(packetsOf(bytes)).toEqual([
      `1 ${at(1)} 140031001A0000000200000008000000FFB0000410`,
      `0 ${at(3)} 00FA00023004`,
      `0 ${at(4)} 00FB00020102`,
      `0 ${at(5)} 00FE000126`,
      `0 ${at(7)} 00FD0000`,
      `0 ${at(10)} 00FA0002A204`,
      `0 ${at(11)} 00FF00010A`,
      `1 ${at(12)} 14003100000000009000`,
    ]);
  });

  test("can say in the standard's words how a tag was selected", () => {
    const cl = (bytes: string): string => `0 1800000000000000 ${bytes}`;
    expect(packetsOf(capture(({ selected }) => selected(ULTRALIGHT)))).toEqual([
      cl("00FE000152"),
      cl("00FF00024400"),
      cl("00FE00029320"),
      cl("00FF00058804D14914"),
      cl("00FA00079370" + "8804D14914"),
      cl("00FB000104"),
      cl("00FE00029520"),
      cl("00FF0005D29C3980F7"),
      cl("00FA00079570D29C3980F7"),
      cl("00FB000100"),
    ]);
    const isoDep: NfcATarget = { ...ULTRALIGHT, uid: fromHex("08010203"), sak: 0x20, ats: fromHex("067577810280") };
    expect(packetsOf(capture(({ selected }) => selected(isoDep))).slice(-3)).toEqual([
      cl("00FB000120"),
      cl("00FA0002E080"),
      cl("00FB0006067577810280"),
    ]);
    const typeB = {
      technology: "nfc-b",
      pupi: fromHex("01020304"),
      applicationData: fromHex("11223344"),
      protocolInfo: fromHex("008181"),
    } as const;
    expect(packetsOf(capture(({ selected }) => selected(typeB)))).toEqual([
      cl("00FA0003050008"),
      cl("00FB000C500102030411223344008181"),
    ]);
    const vicinity = { technology: "nfc-v", uid: fromHex("0102030405060708"), dsfid: 0 } as const;
    expect(packetsOf(capture(({ selected }) => selected(vicinity)))).toEqual([]);
  });

  test("by the host's clock unless told otherwise", () => {
    const pieces: Uint8Array[] = [];
    const before = Date.now();
    createPcapngTrace((bytes) => pieces.push(bytes)).selected(ULTRALIGHT);
    const time = Number(packetsOf(pieces[2]!)[0]!.split(" ")[1]) / 1000;
    // the trace's clock began before this test
    expect(time).toBeLessThanOrEqual(before + 1000);
    expect(time).toBeGreaterThan(before - 24 * 3600 * 1000);
  });
});
