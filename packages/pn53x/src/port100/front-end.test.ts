import {
  type Clock,
  concatBytes,
  fromHex,
  type NfcATarget,
  type RfFrontEnd,
  type RfReply,
  type RfRequest,
  type RfTarget,
  toHex,
  type VirtualTag,
} from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { createVirtualField, loadTag, type VirtualField } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag216WithUri,
  st25tb04k,
  topaz96WithText,
} from "@cardwire/virtual/samples";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPn53xError } from "../pn53x-error.ts";
import type { Pn53xPipe } from "../pipe/pipe.ts";
import { createVirtualBulkDevice } from "../virtual/bulk-device.ts";
import type { FramePortOptions } from "../virtual/frame-port.ts";
import { createVirtualPort100 } from "../virtual/port100/port100.ts";
import { openPort100 } from "./chip.ts";
import { createPort100FrontEnd } from "./front-end.ts";
import { openPort100Pipe } from "./pipe.ts";

const hurried: Clock = {
  now: () => performance.now(),
  schedule(_delayMs, callback) {
    const soon = setImmediate(callback);
    return () => clearImmediate(soon);
  },
};

/** A pipe to a virtual chip that writes down what it was told; `answer` may put another answer in the place of the chip's. */
function pipeOver(
  field: VirtualField,
  told: string[] = [],
  answer: (command: Uint8Array, own: Uint8Array) => Uint8Array = (_, own) => own,
): Pn53xPipe {
  const chip = createVirtualPort100(field);
  return {
    name: "test",
    maxCommandBytes: 1003,
    maxAnswerBytes: 1003,
    async exchange(command) {
      told.push(toHex(command));
      return answer(command, (await chip.execute(command)) ?? new Uint8Array(0));
    },
    close: () => Promise.resolve(),
  };
}

async function frontEndOver(pipe: Pn53xPipe, technologies?: readonly "nfc-a"[]): Promise<RfFrontEnd> {
  const options = { clock: hurried, ...(technologies === undefined ? {} : { technologies }) };
  return createPort100FrontEnd(await openPort100(pipe), options);
}

const SEVEN_BYTES = fromHex("04112233445566");
const never = new AbortController().signal;
const card = (): VirtualTag =>
  createIsoDepCard({ uid: SEVEN_BYTES, application: (apdu) => apdu, activatedBy: "reader" });

describe("opening", () => {
  it("sets the command type, asks for versions, and switches the field off", async () => {
    const told: string[] = [];
    const chip = await openPort100(pipeOver(createVirtualField(), told));
    expect(told).toEqual(["D62A01", "D620", "D622", "D60600"]);
    expect(chip.name).toBe("NFC Port-100 1.11 (test)");
  });

  it("refuses what is no Port-100", async () => {
    const refusing = pipeOver(createVirtualField(), [], (command) => Uint8Array.of(0xd7, (command[1] ?? 0) + 1, 7));
    await expect(openPort100(refusing)).rejects.toMatchObject({
      code: "CHIP_STATUS",
      message: /SetCommandType: COMMANDTYPE_ERROR \(0x07\)/,
    });
    const other = pipeOver(createVirtualField(), [], () => fromHex("D50332010607"));
    await expect(openPort100(other)).rejects.toMatchObject({ code: "PROTOCOL" });
  });

  it("goes by USB, endpoints 1 and 2", async () => {
    const device = createVirtualBulkDevice(createVirtualPort100(createVirtualField()));
    const endpoints = new Set<string>();
    const pipe = await openPort100Pipe({
      transferIn(endpoint, length) {
        endpoints.add(`in ${endpoint}`);
        return device.transferIn(endpoint, length);
      },
      transferOut(endpoint, data) {
        endpoints.add(`out ${endpoint}`);
        return device.transferOut(endpoint, data);
      },
    });
    expect((await openPort100(pipe)).name).toBe("NFC Port-100 1.11 (RC-S380)");
    expect([...endpoints].sort()).toEqual(["in 1", "out 2"]);
    await pipe.close();
  });

  it("does not ask for a damaged frame again, which the chip is not known to understand", async () => {
    const damage: FramePortOptions = {
      disturb: (frame) => [frame.length > 6 ? frame.map((byte, index) => (index === 8 ? byte ^ 1 : byte)) : frame],
    };
    const pipe = await openPort100Pipe(createVirtualBulkDevice(createVirtualPort100(createVirtualField()), damage));
    await expect(openPort100(pipe)).rejects.toMatchObject({ code: "PROTOCOL", message: /data checksum/ });
    await pipe.close();
  });
});

describe("cards are found", () => {
  const tags: Readonly<Record<string, () => VirtualTag>> = {
    NTAG: () => loadTag(ntag216WithUri()),
    "MIFARE Classic": () => loadTag(classic1kWithNdef()),
    FeliCa: () => loadTag(felicaLiteSWithUri()),
    Topaz: () => loadTag(topaz96WithText()),
    ST25TB: () => loadTag(st25tb04k()),
    "ISO-DEP, type A": card,
    "a UID of ten bytes": () => createIsoDepCard({ uid: fromHex("04112233445566778899"), application: (apdu) => apdu }),
    "ISO-DEP, type B": () =>
      createIsoDepCard({ pupi: fromHex("AABBCCDD"), application: (apdu) => apdu, activatedBy: "reader" }),
  };

  it.each(Object.keys(tags))("%s, as the field itself describes it, and again after a reset", async (name) => {
    const tag = tags[name]?.();
    if (tag === undefined) throw new Error(name);
    // a card that the field has activated is activated by whoever runs ISO-DEP, and memory cards draw a number
    const drawn = { ats: undefined, chipId: undefined };
    const [described] = await createVirtualField({ tags: [tag] }).discover(never);
    const frontEnd = await frontEndOver(pipeOver(createVirtualField({ tags: [tag] })));
    const [found] = await frontEnd.discover(never);
    expect({ ...found, ...drawn }).toEqual({ ...described, ...drawn });
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    await frontEnd.deactivate();
    expect(await frontEnd.exchange({ kind: "frame", data: fromHex("3000"), timeoutUs: 1000 })).toEqual({
      kind: "failure",
      reason: "link-lost",
    });
    await frontEnd.close();
  });

  it("type A by REQA, anticollision and selection at each level", async () => {
    const told: string[] = [];
    const frontEnd = await frontEndOver(pipeOver(createVirtualField({ tags: [card()] }), told));
    const [target] = await frontEnd.discover(never);
    expect((target as NfcATarget).uid).toEqual(SEVEN_BYTES);
    // what follows the command and the time, ISO/IEC 14443-3 section 6.5: CT, UID and BCC at each level
    expect(told.filter((hex) => hex.startsWith("D604")).map((hex) => hex.slice(8))).toEqual([
      "26",
      "9320",
      "937088041122BF",
      "9520",
      "95703344556644",
    ]);
    // SwitchRF, InSetRF, then all settings once and only the differences after that
    expect(told.slice(4, 7)).toEqual([
      "D60601",
      "D60002030F03",
      "D60200060100020003000400050106000707080009000A000B000C000E040F001000110012001306",
    ]);
    expect(told.filter((hex) => hex.startsWith("D602")).slice(1)).toEqual([
      "D60204010708",
      "D6020101",
      "D6020100",
      "D6020101",
    ]);
  });

  it("when they come, and looked for until the signal says no", async () => {
    const field = createVirtualField();
    const frontEnd = await frontEndOver(pipeOver(field));
    const abort = new AbortController();
    const search = frontEnd.discover(abort.signal);
    abort.abort(new Error("enough"));
    await expect(search).rejects.toThrow("enough");
    const later = frontEnd.discover(never);
    field.put(loadTag(felicaLiteSWithUri()));
    expect((await later)[0].technology).toBe("nfc-f");
  });

  it("but not another one in the place of the one that was there", async () => {
    const field = createVirtualField({ tags: [card()] });
    const frontEnd = await frontEndOver(pipeOver(field));
    await frontEnd.discover(never);
    field.remove();
    field.put(createIsoDepCard({ uid: fromHex("04665544332211"), application: (apdu) => apdu }));
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "failure", reason: "link-lost" });
  });
});

describe("what the chip cannot is said", () => {
  const asked: Readonly<Record<string, RfRequest>> = {
    "MIFARE authentication": {
      kind: "mifare-authenticate",
      block: 0,
      keyType: "a",
      key: new Uint8Array(6),
      uid: new Uint8Array(4),
    },
    "parity bits of the host": { kind: "frame", data: fromHex("3000"), transmitParity: false, timeoutUs: 1000 },
    "parity bits handed up": { kind: "frame", data: fromHex("3000"), receiveParity: false, timeoutUs: 1000 },
    "an APDU": { kind: "apdu", command: fromHex("00A4"), timeoutUs: 1000 },
    "a frame that is too long": { kind: "frame", data: new Uint8Array(291), timeoutUs: 1000 },
  };

  it.each(Object.keys(asked))("%s", async (name) => {
    const request = asked[name];
    if (request === undefined) throw new Error(name);
    const frontEnd = await frontEndOver(pipeOver(createVirtualField({ tags: [loadTag(classic1kWithNdef())] })));
    await frontEnd.discover(never);
    expect(await frontEnd.exchange(request)).toEqual({ kind: "failure", reason: "unsupported" });
  });
});

it("the time is given in units of 100 µs, a millisecond more than the card has, and cut at the chip's longest", async () => {
  const told: string[] = [];
  const frontEnd = await frontEndOver(pipeOver(createVirtualField({ tags: [loadTag(ntag216WithUri())] }), told));
  await frontEnd.discover(never);
  for (const timeoutUs of [1, 5000, 60_000_000])
    await frontEnd.exchange({ kind: "frame", data: fromHex("3004"), timeoutUs });
  expect(told.filter((hex) => hex.endsWith("3004")).map((hex) => hex.slice(4, 8))).toEqual(["0B00", "3C00", "FFFF"]);
});

it("a status that is no affair of the air is an error", async () => {
  const hot = pipeOver(createVirtualField(), [], (command, own) =>
    command[1] === 0x04 ? fromHex("D7054000000000") : own,
  );
  const frontEnd = await frontEndOver(hot);
  await expect(frontEnd.discover(never)).rejects.toMatchObject({
    code: "CHIP_STATUS",
    message: /InCommRF: TEMPERATURE_ERROR/,
  });
});

function nextOf(stream: fc.Stream<Uint8Array>): Uint8Array {
  const step = stream.next();
  return step.done === true ? new Uint8Array(0) : step.value;
}

describe("whatever the chip answers", () => {
  const reads: RfRequest[] = [
    { kind: "frame", data: fromHex("3004"), timeoutUs: 1000 },
    { kind: "frame", data: fromHex("A20400000000"), receiveCrc: false, timeoutUs: 1000 },
    { kind: "reselect" },
  ];

  /** Discovers and reads, with the chip's answers from `from` on as the air or the chip spoils them. */
  async function read(answer: (command: Uint8Array, own: Uint8Array) => Uint8Array): Promise<void> {
    const field = createVirtualField({ tags: [loadTag(ntag216WithUri())] });
    let spoilt = false;
    const pipe = pipeOver(field, [], (command, own) => (spoilt ? answer(command, own) : own));
    const frontEnd = await frontEndOver(pipe);
    await frontEnd.discover(never);
    spoilt = true;
    for (const request of reads) {
      const reply: RfReply | undefined = await Promise.resolve(frontEnd.exchange(request)).catch((error: unknown) => {
        expect(isPn53xError(error)).toBe(true);
        return undefined;
      });
      if (reply?.kind === "frame") expect(reply.data.length).toBeGreaterThan(0);
    }
    const abort = new AbortController();
    const search = frontEnd.discover(abort.signal).then(
      (targets): readonly RfTarget[] => targets,
      (error: unknown) => {
        if (error !== abort.signal.reason) expect(isPn53xError(error)).toBe(true);
        return [];
      },
    );
    setImmediate(() => setImmediate(() => abort.abort()));
    for (const target of await search)
      if (target.technology === "nfc-a") expect([4, 7, 10]).toContain(target.uid.length);
  }

  it("nothing but replies and errors of this package come of it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.uint8Array({ maxLength: 24 })), (stream) => read(() => nextOf(stream))),
      { numRuns: 60 },
    );
  });

  it("nor of what comes from the air", async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.uint8Array({ maxLength: 24 })), (stream) =>
        read((command, own) => (command[1] === 0x04 ? concatBytes(fromHex("D7050000000000"), nextOf(stream)) : own)),
      ),
      { numRuns: 60 },
    );
  });

  it("and the virtual chip answers whatever it is told", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 8 }), async (commands) => {
        const chip = createVirtualPort100(createVirtualField({ tags: [loadTag(ntag216WithUri())] }));
        await chip.execute(fromHex("D60601"));
        for (const parameters of commands) {
          const command = concatBytes(Uint8Array.of(0xd6), parameters);
          const answer = await chip.execute(command);
          if (answer !== undefined) expect([answer[0], answer[1]]).toEqual([0xd7, ((command[1] ?? 0) + 1) & 0xff]);
        }
      }),
    );
  });
});
