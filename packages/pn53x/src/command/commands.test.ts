import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as commands from "./index.ts";
import type { Pn53xCommand } from "./command.ts";

const { InCommunicateThru, InDataExchange, InListPassiveTarget, MODULATION } = commands;

/** Every command that has a codec. */
const ALL = Object.values(commands as Readonly<Record<string, unknown>>).filter(
  (value): value is Pn53xCommand<never, never> =>
    typeof value === "object" && value !== null && "decodeAnswer" in value,
);

function coded<Request, Answer>(
  command: Pn53xCommand<Request, Answer>,
  request: Request,
  requestHex: string,
  answer: Answer,
  answerHex: string,
): void {
  expect(toHex(command.encodeRequest(request))).toBe(requestHex);
  expect(command.decodeRequest(fromHex(requestHex))).toEqual(request);
  expect(toHex(command.encodeAnswer(answer))).toBe(answerHex);
  expect(command.decodeAnswer(fromHex(answerHex), request)).toEqual(answer);
}

describe("a command and its answer", () => {
  // UM0701-02, section by section
  it("GetFirmwareVersion (7.2.2)", () => {
    coded(commands.GetFirmwareVersion, undefined, "", { ic: 0x32, version: 1, revision: 6, support: 7 }, "32010607");
    // a PN531 answers two bytes
    expect(commands.GetFirmwareVersion.decodeAnswer(fromHex("0402"), undefined)).toMatchObject({
      ic: 0x31,
      version: 4,
      revision: 2,
    });
  });

  it("GetGeneralStatus (7.2.3)", () => {
    const targets = [{ target: 1, receiveRate: 1, transmitRate: 1, type: 0x10 }];
    coded(commands.GetGeneralStatus, undefined, "", { error: 0, field: 0, targets, sam: 0x80 }, "0000010101011080");
    expect(commands.GetGeneralStatus.decodeAnswer(fromHex("000000"), undefined)).toEqual({
      error: 0,
      field: 0,
      targets: [],
    });
  });

  it("ReadRegister and WriteRegister (7.2.4, 7.2.5), with a PN533's status", () => {
    const request = { addresses: [0x6302, 0x6303, 0x6305] };
    coded(commands.ReadRegister, request, "630263036305", { values: fromHex("800043") }, "800043");
    expect(commands.ReadRegister.decodeAnswer(fromHex("00800043"), request)).toEqual({
      status: 0,
      values: fromHex("800043"),
    });
    coded(commands.WriteRegister, { writes: [[0x6302, 0x80]] }, "630280", {}, "");
    expect(commands.WriteRegister.decodeAnswer(fromHex("10"), { writes: [] })).toEqual({ status: 0x10 });
  });

  it("SetSerialBaudRate, SetParameters, SAMConfiguration, PowerDown (7.2.8 to 7.2.11)", () => {
    coded(commands.SetSerialBaudRate, { baudRate: 115200 }, "04", undefined, "");
    coded(commands.SetParameters, { flags: 0x14 }, "14", undefined, "");
    coded(commands.SAMConfiguration, { mode: 1, timeout: 0x14, irq: true }, "011401", undefined, "");
    coded(commands.PowerDown, { wakeUp: commands.WAKE_UP.HSU | commands.WAKE_UP.RF }, "18", { status: 0 }, "00");
    coded(commands.SAMConfiguration, { mode: 1 }, "01", undefined, "");
    coded(commands.SAMConfiguration, { mode: 1, timeout: 0 }, "0100", undefined, "");
  });

  it("ReadGPIO and WriteGPIO (7.2.6, 7.2.7), with a PN533's status", () => {
    const state = { p3: 0x3f, p7: 0x06, i0i1: 0x00 };
    coded(commands.ReadGPIO, undefined, "", state, "3F0600");
    coded(commands.ReadGPIO, undefined, "", { status: 0, ...state }, "003F0600");
    coded(commands.WriteGPIO, { p3: 0x80, p7: 0x86 }, "8086", undefined, "");
    coded(commands.WriteGPIO, { p3: 0x80, p7: 0x86 }, "8086", { status: 0 }, "00");
  });

  it("InJumpForDEP, InATR, InPSL (7.3.3, 7.3.6, 7.3.7)", () => {
    const nfcid3 = fromHex("0102030405060708090A");
    coded(
      commands.InJumpForDEP,
      { active: false, rate: 1, passiveInitiatorData: fromHex("00FFFF0100"), nfcid3, generalBytes: fromHex("46666D") },
      "00010700FFFF01000102030405060708090A46666D",
      { status: 0, target: 1, atrRes: fromHex("AA") },
      "0001AA",
    );
    coded(commands.InJumpForPSL, { active: true, rate: 0 }, "010000", { status: 1 }, "01");
    coded(
      commands.InATR,
      { target: 1, nfcid3 },
      "01010102030405060708090A",
      { status: 0, atrRes: nfcid3 },
      `00${toHex(nfcid3)}`,
    );
    coded(commands.InPSL, { target: 1, initiatorRate: 2, targetRate: 1 }, "010201", { status: 0 }, "00");
  });

  it("TgInitAsTarget and TgGetTargetStatus (7.3.14, 7.3.21)", () => {
    const parameters = {
      mode: commands.TARGET_MODE.PICC_ONLY,
      mifareParameters: fromHex("080012345660"),
      felicaParameters: new Uint8Array(18),
      nfcid3: new Uint8Array(10),
    };
    const head = `04080012345660${"00".repeat(28)}`;
    const answer = { mode: 0x08, initiatorCommand: fromHex("E080") };
    const parts = { generalBytes: fromHex("46666D"), historicalBytes: fromHex("80") };
    coded(commands.TgInitAsTarget, parameters, head, answer, "08E080");
    coded(commands.TgInitAsTarget, { ...parameters, ...parts }, `${head}0346666D0180`, answer, "08E080");
    coded(
      commands.TgInitAsTarget,
      { ...parameters, uncountedBytes: fromHex("46666D") },
      `${head}46666D`,
      answer,
      "08E080",
    );
    const { historicalBytes } = parts;
    expect(toHex(commands.TgInitAsTarget.encodeRequest({ ...parameters, historicalBytes }))).toBe(`${head}000180`);
    coded(commands.TgGetTargetStatus, undefined, "", { state: 1, rates: 0x22 }, "0122");
    coded(commands.RFRegulationTest, { txMode: 0x12 }, "12", undefined, "");
  });

  it("RFConfiguration (7.3.1)", () => {
    coded(commands.RFConfiguration, commands.rfField(true), "0101", undefined, "");
    coded(commands.RFConfiguration, commands.rfField(false, true), "0102", undefined, "");
    coded(commands.RFConfiguration, commands.rfTimings(0x0b, 0x0a), "02000B0A", undefined, "");
    coded(commands.RFConfiguration, commands.rfMaxRetries(0xff, 1, 0xff), "05FF01FF", undefined, "");
  });

  it("InListPassiveTarget for type A (7.3.5): a MIFARE Classic 4K of seven bytes, as a log shows it", () => {
    const target = {
      kind: "a",
      target: 1,
      sensRes: fromHex("0042"),
      selRes: 0x18,
      nfcid1: fromHex("045D46B2505D80"),
    } as const;
    const request = { maxTargets: 1, modulation: MODULATION.A_106, initiatorData: new Uint8Array(0) };
    coded(
      InListPassiveTarget,
      request,
      "0100",
      { targets: [target] },
      "0101004218 07 045D46B2505D80".replaceAll(" ", ""),
    );
    const activated = fromHex("01 01 0344 20 07 04112233445566 06 75778102 80");
    expect(InListPassiveTarget.decodeAnswer(activated, request).targets[0]).toMatchObject({
      selRes: 0x20,
      ats: fromHex("067577810280"),
    });
  });

  it("and for two of them, with an ATS and without", () => {
    const request = { maxTargets: 2, modulation: MODULATION.A_106, initiatorData: new Uint8Array(0) };
    const [one, other] = ["01 0344 20 07 04112233445566", "02 0344 20 07 04112233445577"];
    const ats = "06 75778102 80";
    for (const list of [`02 ${one} ${other}`, `02 ${one} ${ats} ${other} ${ats}`, `02 ${one} ${ats} ${other}`]) {
      const bytes = fromHex(list.replaceAll(" ", ""));
      const answer = InListPassiveTarget.decodeAnswer(bytes, request);
      expect(answer.targets.map(({ target }) => target)).toEqual([1, 2]);
      expect(InListPassiveTarget.encodeAnswer(answer)).toEqual(bytes);
    }
  });

  it("for FeliCa, type B and Jewel", () => {
    const felica = {
      kind: "f",
      target: 1,
      idm: fromHex("0114B34C2A5F6E71"),
      pmm: fromHex("00F1000000014300"),
      requested: fromHex("88B4"),
    } as const;
    coded(
      InListPassiveTarget,
      { maxTargets: 1, modulation: MODULATION.F_212, initiatorData: fromHex("00FFFF0100") },
      "010100FFFF0100",
      { targets: [felica] },
      "010114010114B34C2A5F6E7100F100000001430088B4",
    );
    const typeB = {
      kind: "b",
      target: 1,
      atqb: fromHex("50AABBCCDD11223344008181"),
      attribRes: fromHex("01"),
    } as const;
    coded(
      InListPassiveTarget,
      { maxTargets: 1, modulation: MODULATION.B_106, initiatorData: fromHex("00") },
      "010300",
      { targets: [typeB] },
      "010150AABBCCDD112233440081810101",
    );
    // as an ACR122U's manual shows a Topaz
    const jewel = { kind: "jewel", target: 1, sensRes: fromHex("0C00"), jewelId: fromHex("18262100") } as const;
    coded(
      InListPassiveTarget,
      { maxTargets: 1, modulation: MODULATION.JEWEL_106, initiatorData: new Uint8Array(0) },
      "0104",
      { targets: [jewel] },
      "01010C0018262100",
    );
  });

  it("InDataExchange and InCommunicateThru (7.3.8, 7.3.9)", () => {
    // authentication of block 10 with key B
    const data = fromHex("6110 FFFFFFFFFFFF B2505D80");
    coded(
      InDataExchange,
      { target: 1, more: false, data },
      "016110FFFFFFFFFFFFB2505D80",
      { status: 0x14, more: false, data: new Uint8Array(0) },
      "14",
    );
    expect(InDataExchange.decodeRequest(fromHex("41"))).toMatchObject({ target: 1, more: true });
    expect(InDataExchange.decodeAnswer(fromHex("40AA"), { target: 1, data })).toMatchObject({ status: 0, more: true });
    coded(
      InCommunicateThru,
      { data: fromHex("1A00") },
      "1A00",
      { status: 1, more: false, data: new Uint8Array(0) },
      "01",
    );
  });

  it("a UID with its cascade tags", () => {
    const cascaded = ["01020304", "01020304050607", "0102030405060708090A"].map((uid) =>
      toHex(commands.cascadedUid(fromHex(uid))),
    );
    expect(cascaded).toEqual(["01020304", "8801020304050607", "88010203880405060708090A"]);
  });

  it("a time as the code of the next longer one", () => {
    expect([1, 100, 101, 5000, 51_200, 51_201, 3_276_800, 4_900_000].map(commands.timeoutCode)).toEqual([
      1, 1, 2, 7, 10, 11, 16, 16,
    ]);
    expect([1, 10, 16, 0, 17].map(commands.timeoutUsOf)).toEqual([100, 51_200, 3_276_800, Infinity, Infinity]);
  });
});

it("names every command code once", () => {
  const codes = Object.values(commands.PN53X_COMMAND_CODE);
  expect(new Set(codes).size).toBe(codes.length);
  for (const [name, code] of Object.entries(commands.PN53X_COMMAND_CODE))
    expect(commands.pn53xCommandName(code)).toBe(name);
  expect(commands.pn53xCommandName(0xff)).toBeUndefined();
  for (const { name, code } of ALL) expect(commands.PN53X_COMMAND_CODE[name]).toBe(code);
});

describe("what cannot be", () => {
  it.each([
    ["a register beyond two bytes", () => commands.ReadRegister.encodeRequest({ addresses: [0x1_0000] })],
    ["a value beyond a byte", () => commands.WriteRegister.encodeRequest({ writes: [[0x6302, 256]] })],
    ["an NFCID3 of nine bytes", () => commands.InATR.encodeRequest({ target: 1, nfcid3: new Uint8Array(9) })],
    ["a jump of a fourth kind", () => commands.InJumpForDEP.decodeRequest(fromHex("020000"))],
    ["a jump at 847 kbit/s", () => commands.InJumpForDEP.decodeRequest(fromHex("000300"))],
    ["a jump with more than there is", () => commands.InJumpForDEP.decodeRequest(fromHex("000008"))],
    ["an ATR_REQ with more than there is", () => commands.InATR.decodeRequest(fromHex("0104"))],
    ["a target without its parameters", () => commands.TgInitAsTarget.decodeRequest(fromHex("00"))],
    ["three targets", () => InListPassiveTarget.encodeRequest({ maxTargets: 3, modulation: 0 })],
    ["another rate", () => commands.SetSerialBaudRate.decodeRequest(fromHex("09"))],
    ["another modulation", () => InListPassiveTarget.decodeRequest(fromHex("0105"))],
    ["an address cut in half", () => commands.ReadRegister.decodeRequest(fromHex("630263"))],
    ["an ATS of no bytes", () => InListPassiveTarget.decodeAnswer(fromHex("010100002000 00"), LIST_A)],
    ["a target too few", () => InListPassiveTarget.decodeAnswer(fromHex("02 01 0044 00 00"), LIST_A)],
    ["bytes left over", () => InListPassiveTarget.decodeAnswer(fromHex("0001"), LIST_A)],
  ])("%s is refused", (_, run) => {
    expect(run).toThrow(expect.objectContaining({ name: "FormatError" }) as Error);
  });

  const LIST_A = { maxTargets: 1, modulation: MODULATION.A_106 };

  it("is refused whatever the bytes, and never read past its end", () => {
    const requests: Readonly<Record<string, unknown>> = {
      ReadRegister: { addresses: [0x6302, 0x6303] },
      InListPassiveTarget: LIST_A,
    };
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.uint8Array({ maxLength: 40 }), (command, bytes) => {
        for (const decode of [
          (): unknown => command.decodeRequest(bytes),
          (): unknown => command.decodeAnswer(bytes, requests[command.name] as never),
        ])
          try {
            decode();
          } catch (error) {
            expect(isFormatError(error)).toBe(true);
          }
      }),
    );
  });
});
