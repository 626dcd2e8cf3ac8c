import { fromHex, type SmartCardProtocol, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { LIBCCID_RARE_TRACES } from "../test/libccid-rare-traces.ts";
import { LIBCCID_TRACES } from "../test/libccid-traces.ts";
import { ReplayReader } from "../test/replay-reader.ts";
import { createCcidContext, type T0Mode } from "./index.ts";
import {
  buildClassDescriptor,
  type ClassDescriptorFields,
  EmulatedUsbDevice,
  FakeUsb,
  FakeUsbDevice,
} from "./testing.ts";

const WRITE_600 = `00D60000000258${"22".repeat(600)}`;
const LONG = ["00A40400", "00A40400023F00", "00B0000000", "00EE0000040102030400", WRITE_600, "00B00000000258"];
const SHORT = ["00A40400", "00A40400023F00", "00B0000036", "00B0000000", "00EE0000040102030400"];
const T0 = [
  "00A40400",
  "00A4040000",
  "00B0000008",
  "00B0000000",
  "00D600000401020304",
  "00EE00000401020304",
  "00C0000004",
];

interface Scenario {
  readonly fields: ClassDescriptorFields;
  readonly protocol: SmartCardProtocol;
  readonly commands: readonly string[];
  readonly t0?: T0Mode;
}

const TPDU = { features: 0x0001_00ba };
const HOST_PPS = { features: 0x0001_0030, maxDataRate: 344_086 };

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  t1: { fields: TPDU, protocol: "t1", commands: LONG },
  "t1-ifsc254": { fields: TPDU, protocol: "t1", commands: LONG },
  "t1-crc": { fields: TPDU, protocol: "t1", commands: LONG },
  "t1-edc": { fields: TPDU, protocol: "t1", commands: LONG },
  "t1-pps": { fields: HOST_PPS, protocol: "t1", commands: LONG },
  "t1-autopps-tpdu": { fields: { features: 0x0001_00fa }, protocol: "t1", commands: LONG },
  t0: { fields: TPDU, protocol: "t0", commands: T0 },
  "t0-6c": { fields: TPDU, protocol: "t0", commands: T0, t0: "tpdu" },
  short: { fields: { features: 0x0002_04be }, protocol: "t1", commands: SHORT },
  noint: { fields: { features: 0x0002_04be }, protocol: "t1", commands: SHORT },
  ext: { fields: { features: 0x0004_04be }, protocol: "t1", commands: LONG },
};

const READ_54 = "00B0000036";
const WRITE_64 = `00D6000040${"33".repeat(64)}`;
/** The voltage by the reader, PPS by the host. */
const FEATURES = { features: 0x0001_0038 };
const CHARACTER = { features: 0x38 };
const SLOW = { ...FEATURES, maxDataRate: 115_200 };
const SELECT_BY_T1 = { fields: FEATURES, protocol: "t1", commands: ["00A40400"] } as const;

const RARE: Readonly<Record<string, Scenario>> = {
  "character-t1": {
    fields: CHARACTER,
    protocol: "t1",
    commands: ["00A40400", READ_54, WRITE_64, "00EE0000040102030400"],
  },
  "character-t0": { fields: CHARACTER, protocol: "t0", commands: ["00A40400", READ_54, "00B0000000", WRITE_64] },
  // TA1 is 95, and 18: too fast for the reader
  "rate-lowered": { ...SELECT_BY_T1, fields: SLOW },
  "rate-not-lowered": { ...SELECT_BY_T1, fields: SLOW },
  "specific-too-fast": { ...SELECT_BY_T1, fields: SLOW },
  "pps-refuse-rate": SELECT_BY_T1,
  "pps-to-t1": SELECT_BY_T1,
  voltages: { ...SELECT_BY_T1, fields: { features: 0x0001_0030 } },
  "parameters-fixed": SELECT_BY_T1,
  "t1-garbled": { ...SELECT_BY_T1, commands: ["00A40400", READ_54, "00B0000000", "00EE0000040102030400"] },
  "t1-requests": { ...SELECT_BY_T1, commands: ["00A40400", WRITE_64, WRITE_600, "00B0000000"] },
  "t1-resynchronised": { ...SELECT_BY_T1, commands: ["00A40400", READ_54] },
};

/** Plays a scenario, and gives what the reader was not asked by libccid, how much it was not asked, and the answers. */
async function play(
  lines: readonly string[],
  { fields, protocol, commands, t0 = "apdu" }: Scenario,
): Promise<{ surprise: string | undefined; left: number; responses: string[] }> {
  const reader = new ReplayReader(buildClassDescriptor(fields), lines);
  const usb = new FakeUsb(new FakeUsbDevice(new EmulatedUsbDevice([reader])));
  await using context = createCcidContext({ readers: usb, t0 });
  const [name = ""] = await context.listReaders();
  const responses: string[] = [];
  const aborter = new AbortController();
  const work = (async (): Promise<void> => {
    const { connection } = await context.connect(name, "shared", { preferredProtocols: [protocol] });
    for (const command of commands) {
      if (reader.surprise !== undefined) return;
      responses.push(toHex(await connection.transmit(fromHex(command), { signal: aborter.signal })));
    }
    await connection.disconnect("unpower");
  })();
  const surprised = (async (): Promise<void> => {
    while (reader.surprise === undefined && !aborter.signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, 5));
  })();
  await Promise.race([work, surprised]);
  aborter.abort(new Error("the recording has ended"));
  await work.catch(() => undefined);
  return { surprise: reader.surprise, left: reader.left, responses };
}

/**
 * The same bytes as libccid's, apart from bSeq, where a card and a reader do what they should. What is different, and
 * why, stands in `docs/packages/transport-ccid.md`, "Beside libccid".
 */
describe("beside libccid", () => {
  // pcscd powers the card off again when nobody uses it
  const SECOND_POWER_OFF = 1;

  it.each(Object.entries(SCENARIOS))("says the same to the reader in %s", async (name, scenario) => {
    const { surprise, left, responses } = await play(LIBCCID_TRACES[name]!, scenario);
    expect(surprise).toBeUndefined();
    expect(left).toBe(SECOND_POWER_OFF);
    expect(responses).toHaveLength(scenario.commands.length);
  });

  it.each(Object.entries(RARE))("says the same to the reader in %s, which is rare", async (name, scenario) => {
    const { surprise, left, responses } = await play(LIBCCID_RARE_TRACES[name]!, scenario);
    expect(surprise).toBeUndefined();
    expect(left).toBe(SECOND_POWER_OFF);
    expect(responses).toHaveLength(scenario.commands.length);
  });

  it("corrects a wrong Le of T=0, where libccid leaves it to the program", async () => {
    const { surprise, responses } = await play(LIBCCID_TRACES["t0-6c"]!, { ...SCENARIOS["t0-6c"]!, t0: "apdu" });
    expect(surprise).toBe("6F05000000000000000000B0000008");
    expect(responses).toEqual(["9000", "9000", "00010203040506079000"]);
  });

  it("sends an R-block to a T=1 card that is mute, where libccid gives it up", async () => {
    const { surprise } = await play(LIBCCID_TRACES["t1-mute"]!, { fields: TPDU, protocol: "t1", commands: LONG });
    // N(R) 0, other error; LRC 82
    expect(surprise).toBe("6F04000000000000000000820082");
  });
});
