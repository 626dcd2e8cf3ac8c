import { fromHex, isCardwireError, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { type ApduChannelOptions, type ApduTransmit, createApduChannel, isApduChannelError } from "./channel.ts";

/** A card that must get these commands, and answers with these responses. */
function script(...steps: readonly (readonly [command: string, response: string])[]): {
  transmit: ApduTransmit;
  left: () => number;
} {
  const queue = steps.map(([command, response]) => [command.replaceAll(" ", ""), response] as const);
  return {
    transmit: (command) => {
      const step = queue.shift();
      expect(toHex(command)).toBe(step?.[0]);
      return Promise.resolve(fromHex(step?.[1] ?? ""));
    },
    left: () => queue.length,
  };
}

async function play(
  options: ApduChannelOptions,
  command: string,
  ...steps: readonly (readonly [string, string])[]
): Promise<string> {
  const { transmit, left } = script(...steps);
  const { data, sw } = await createApduChannel(transmit, options).transmit(fromHex(command));
  expect(left()).toBe(0);
  return `${toHex(data)} ${sw.toString(16).toUpperCase()}`;
}

const AA = (length: number): string => "AA".repeat(length);

describe("without detours", () => {
  test("a command goes as it is, fields or bytes", async () => {
    expect(await play({}, "00B0000002", ["00B0000002", "AABB9000"])).toBe("AABB 9000");
    const { transmit } = script(["00B0000002", "AABB9000"]);
    const { data } = await createApduChannel(transmit).transmit({ cla: 0, ins: 0xb0, p1: 0, p2: 0, ne: 2 });
    expect(toHex(data)).toBe("AABB");
  });

  test("what is no command is refused before anything is sent", async () => {
    const { transmit } = script();
    await expect(createApduChannel(transmit).transmit(fromHex("FF8800046000"))).rejects.toThrow("data at offset 5");
  });

  test("all off: every status word comes as it is", async () => {
    const options = { getResponse: false, correctLe: false };
    expect(await play(options, "00B0000002", ["00B0000002", "6C10"])).toBe(" 6C10");
    expect(await play(options, "00A4040002A00000", ["00A4040002A00000", "6110"])).toBe(" 6110");
  });
});

describe("GET RESPONSE", () => {
  test("until all is there", async () => {
    expect(
      await play(
        {},
        "00A4040002A00000",
        ["00A4040002A00000", "6102"],
        ["00C0000002", "01026101"],
        ["00C0000001", "036100"],
        ["00C0000000", "049000"],
      ),
    ).toBe("01020304 9000");
  });

  test("keeps the data that came with SW 61XX, and the status word that ends it", async () => {
    expect(await play({}, "00CB3FFF00", ["00CB3FFF00", "01026102"], ["00C0000002", "6281"])).toBe("0102 6281");
  });

  test.each([
    ["00", "00"],
    ["0C", "00"],
    ["13", "03"],
    ["42", "42"],
    ["75", "45"],
    ["80", "80"],
    ["A0", "A0"],
    ["FF", "FF"],
  ])("of class %s goes with class %s", async (cla, expected) => {
    expect(await play({}, `${cla}CA000000`, [`${cla}CA000000`, "6101"], [`${expected}C0000001`, "AA9000"])).toBe(
      "AA 9000",
    );
  });

  test("goes with the class that the caller wants", async () => {
    await play({ getResponseCla: 0x00 }, "80CA000000", ["80CA000000", "6101"], ["00C0000001", "AA9000"]);
  });

  test("is itself corrected by 6CXX", async () => {
    expect(
      await play({}, "00CA000000", ["00CA000000", "6100"], ["00C0000000", "6C03"], ["00C0000003", "0102039000"]),
    ).toBe("010203 9000");
  });

  test("that brings nothing and announces more is given up", async () => {
    const error: unknown = await play({}, "00CA000000", ["00CA000000", "6101"], ["00C0000001", "6101"]).catch(
      (reason: unknown) => reason,
    );
    expect(isApduChannelError(error) && error.code).toBe("NO_PROGRESS");
    expect(isCardwireError(error) && error.fault).toBe("card");
  });

  test("has a bound", async () => {
    const endless: ApduTransmit = () => Promise.resolve(fromHex(`${AA(16)}6110`));
    const channel = createApduChannel(endless, { maxResponseLength: 100 });
    await expect(channel.transmit(fromHex("00CA000000"))).rejects.toMatchObject({ code: "RESPONSE_TOO_LONG" });
    const once = createApduChannel(() => Promise.resolve(fromHex(`${AA(16)}9000`)), { maxResponseLength: 15 });
    await expect(once.transmit(fromHex("00CA000000"))).rejects.toMatchObject({ code: "RESPONSE_TOO_LONG" });
    const byDefault = createApduChannel(() => Promise.resolve(new Uint8Array(258).fill(0x61)));
    await expect(byDefault.transmit(fromHex("00CA000000"))).rejects.toMatchObject({ code: "RESPONSE_TOO_LONG" });
  });
});

describe("6CXX", () => {
  test("sends the command again with the Le that it names, once", async () => {
    expect(await play({}, "00B0000000", ["00B0000000", "6C02"], ["00B0000002", "AABB9000"])).toBe("AABB 9000");
    expect(await play({}, "00B0000001", ["00B0000001", "6C00"], ["00B0000000", "6C05"])).toBe(" 6C05");
    expect(await play({}, "00A40400 01A0 00", ["00A40400 01A0 00", "6C02"], ["00A40400 01A0 02", "AABB9000"])).toBe(
      "AABB 9000",
    );
  });

  test("keeps the extended form", async () => {
    await play({}, "00B00000000000", ["00B00000000000", "6C02"], ["00B00000000002", "AABB9000"]);
  });

  test("is left to the caller when the command has no Le", async () => {
    expect(await play({}, "00D6000001AA", ["00D6000001AA", "6C04"])).toBe(" 6C04");
  });
});

describe("command chaining", () => {
  const chaining = { commandChaining: true };
  const long = `00DA0102000203${AA(515)}`;

  test("splits what is longer than 255 bytes", async () => {
    const steps = [
      [`10DA0102FF${AA(255)}`, "9000"],
      [`10DA0102FF${AA(255)}`, "9000"],
      [`00DA010205${AA(5)}`, "9000"],
    ] as const;
    expect(await play(chaining, long, ...steps)).toBe(" 9000");
    const { transmit } = script(...steps);
    const data = fromHex(AA(515));
    await createApduChannel(transmit, chaining).transmit({ cla: 0, ins: 0xda, p1: 1, p2: 2, data });
  });

  test("asks with a short Le, and with GET RESPONSE for what is beyond it", async () => {
    const expected = `${AA(256)}BB 9000`;
    expect(
      await play(
        chaining,
        `00DA0102000100${AA(256)}0000`,
        [`10DA0102FF${AA(255)}`, "9000"],
        ["00DA010201AA00", `${AA(256)}6101`],
        ["00C0000001", "BB9000"],
      ),
    ).toBe(expected);
  });

  test("ends with the first command that is refused", async () => {
    expect(await play(chaining, long, [`10DA0102FF${AA(255)}`, "6884"])).toBe(" 6884");
  });

  test("leaves short commands alone, and those that ask for the extended form", async () => {
    await play(chaining, `00DA0102FF${AA(255)}`, [`00DA0102FF${AA(255)}`, "9000"]);
    await play(chaining, "00DA0102000001AA", ["00DA0102000001AA", "9000"]);
    await play({}, long, [long, "9000"]);
    const { transmit } = script([long, "9000"]);
    const fields = { cla: 0, ins: 0xda, p1: 1, p2: 2, data: fromHex(AA(515)), extended: true };
    await createApduChannel(transmit, chaining).transmit(fields);
  });

  test("refuses a class byte that has its bit set already", async () => {
    for (const cla of ["10", "FF"])
      await expect(play(chaining, `${cla}DA0102000100${AA(256)}`)).rejects.toThrow("no bit for command chaining");
  });
});

describe("T=0", () => {
  test("case 4 goes without its Le, and its answer is fetched", async () => {
    const select = "00A4040002A000";
    expect(await play({ t0Case4: "on-61" }, `${select}00`, [select, "6102"], ["00C0000002", "01029000"])).toBe(
      "0102 9000",
    );
    expect(
      await play({ t0Case4: "on-61", getResponse: false }, `${select}00`, [select, "6102"], ["00C0000002", "01029000"]),
    ).toBe("0102 9000");
    expect(await play({ t0Case4: "on-61" }, `${select}00`, [select, "9000"])).toBe(" 9000");
    expect(await play({ t0Case4: "on-61" }, `${select}00`, [select, "6A82"])).toBe(" 6A82");
    expect(await play({ t0Case4: "always" }, `${select}00`, [select, "6A82"])).toBe(" 6A82");
    expect(
      await play(
        { t0Case4: "always" },
        `${select}04`,
        [select, "9000"],
        ["00C0000004", "6C02"],
        ["00C0000002", "01029000"],
      ),
    ).toBe("0102 9000");
  });

  test("no more than Ne is fetched", async () => {
    expect(
      await play({ t0Case4: "on-61" }, "00A4040002A00003", ["00A4040002A000", "6110"], ["00C0000003", "010203610D"]),
    ).toBe("010203 610D");
  });

  test("extended forms become short ones", async () => {
    expect(
      await play({ t0Case4: "on-61" }, "00B00000000000", ["00B0000000", `${AA(256)}6101`], ["00C0000001", "BB9000"]),
    ).toBe(`${AA(256)}BB 9000`);
    await play({ t0Case4: "on-61" }, "00DA0102000001AA", ["00DA010201AA", "9000"]);
    await play({ t0Case4: "on-61" }, "00A40000", ["00A40000", "9000"]);
    await expect(play({ t0Case4: "on-61" }, `00DA0102000100${AA(256)}`)).rejects.toThrow("more than Lc can say");
  });

  test("long data goes as a chain when that is on", async () => {
    expect(
      await play(
        { t0Case4: "on-61", commandChaining: true },
        `00DA0102000100${AA(256)}0000`,
        [`10DA0102FF${AA(255)}`, "9000"],
        ["00DA010201AA", "6101"],
        ["00C0000001", "BB9000"],
      ),
    ).toBe("BB 9000");
  });

  test("GET RESPONSE of case 3 and 2 stays on its own switch", async () => {
    expect(await play({ t0Case4: "on-61", getResponse: false }, "00A4000002 3F00", ["00A40000023F00", "6110"])).toBe(
      " 6110",
    );
  });
});

describe("calls", () => {
  test("are queued, detours and all", async () => {
    const sent: string[] = [];
    const channel = createApduChannel(async (command) => {
      sent.push(toHex(command));
      await Promise.resolve();
      return fromHex(command[1] === 0xc0 ? `${toHex(command.subarray(0, 1))}9000` : "6101");
    });
    const [first, second] = await Promise.all([
      channel.transmit(fromHex("00CA000000")),
      channel.transmit(fromHex("01CA000000")),
    ]);
    expect(sent).toEqual(["00CA000000", "00C0000001", "01CA000000", "01C0000001"]);
    expect([toHex(first.data), toHex(second.data)]).toEqual(["00", "01"]);
  });

  test("take the command as it is when they are made", async () => {
    const sent: string[] = [];
    const channel = createApduChannel((command) => {
      sent.push(toHex(command));
      return Promise.resolve(fromHex("9000"));
    });
    const bytes = fromHex("00D6000001AA");
    const data = fromHex("BB");
    const calls = [channel.transmit(bytes), channel.transmit({ cla: 0, ins: 0xd6, p1: 0, p2: 0, data })];
    bytes.fill(0);
    data.fill(0);
    await Promise.all(calls);
    expect(sent).toEqual(["00D6000001AA", "00D6000001BB"]);
  });

  test("one that fails does not hold up the next", async () => {
    let calls = 0;
    const channel = createApduChannel(() =>
      calls++ === 0 ? Promise.reject(new Error("the card is gone")) : Promise.resolve(fromHex("9000")),
    );
    const first = channel.transmit(fromHex("00CA000000"));
    const second = channel.transmit(fromHex("00CA000000"));
    await expect(first).rejects.toThrow("the card is gone");
    expect((await second).sw).toBe(0x9000);
    await expect(channel.transmit(fromHex("00"))).rejects.toThrow("header");
    expect((await channel.transmit(fromHex("00CA000000"))).sw).toBe(0x9000);
  });

  test("hand their signal on, and send nothing more once it is aborted", async () => {
    const controller = new AbortController();
    const seen: (AbortSignal | undefined)[] = [];
    const channel = createApduChannel((_, { signal }) => {
      seen.push(signal);
      controller.abort(new Error("enough"));
      return Promise.resolve(fromHex("6101"));
    });
    await expect(channel.transmit(fromHex("00CA000000"), { signal: controller.signal })).rejects.toThrow("enough");
    expect(seen).toEqual([controller.signal]);
  });

  test("that wait can be given up without disturbing the others", async () => {
    const answers: ((response: Uint8Array) => void)[] = [];
    const sent: string[] = [];
    const channel = createApduChannel((command) => {
      sent.push(toHex(command));
      return new Promise((resolve) => answers.push(resolve));
    });
    const controller = new AbortController();
    const first = channel.transmit(fromHex("00010000"));
    const second = channel.transmit(fromHex("00020000"), { signal: controller.signal });
    const third = channel.transmit(fromHex("00030000"), { signal: new AbortController().signal });
    controller.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    await expect(channel.transmit(fromHex("00040000"), { signal: controller.signal })).rejects.toThrow("enough");
    expect(sent).toEqual(["00010000"]);
    answers[0]?.(fromHex("9000"));
    expect((await first).sw).toBe(0x9000);
    await expect.poll(() => sent).toEqual(["00010000", "00030000"]);
    answers[1]?.(fromHex("6A82"));
    expect((await third).sw).toBe(0x6a82);
  });

  test("name an answer that is no response", async () => {
    const error: unknown = await createApduChannel(() => Promise.resolve(fromHex("90")))
      .transmit(fromHex("00CA000000"))
      .catch((reason: unknown) => reason);
    expect(isApduChannelError(error) && error.code).toBe("MALFORMED_RESPONSE");
    expect(isApduChannelError(new Error("MALFORMED_RESPONSE"))).toBe(false);
  });
});
