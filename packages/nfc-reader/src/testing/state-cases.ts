import { fromHex } from "@cardwire/core";
import { encodePowerInput, encodeProtocol, SCARD_POWER, SCARD_PROTOCOL, SCARD_READER_STATE } from "@cardwire/ioctl";
import { type ConformanceCase, conformanceCase } from "./conformance-case.ts";
import { same } from "./probe.ts";

const { ABSENT, SPECIFIC } = SCARD_READER_STATE;
const NOTHING = new Uint8Array(0);
const POWER_DOWN = encodePowerInput(SCARD_POWER.DOWN);
const COLD_RESET = encodePowerInput(SCARD_POWER.COLD_RESET);
const WARM_RESET = encodePowerInput(SCARD_POWER.WARM_RESET);

export const stateCases: readonly ConformanceCase[] = [
  conformanceCase({
    id: "ScardSpecific",
    title: "GET_STATE says ABSENT without a card and SPECIFIC with one",
    source: "HLK 6763e3db, e68b3ebb",
    card: "any",
    steps: async (probe) => {
      same(await probe.state(), ABSENT, "GET_STATE");
      await probe.insertAny();
      same(await probe.state(), SPECIFIC, "GET_STATE");
      const short = probe.expected({ documented: "BUFFER_TOO_SMALL", nfccx: "INVALID_PARAMETER" } as const);
      await probe.expect(short, "GET_STATE", NOTHING, 3);
    },
  }),
  conformanceCase({
    id: "ScardSpecificWithPower",
    title: "POWER_DOWN is not supported, the resets leave the state",
    source: "HLK b0a8b2a8, 7b6df22e",
    card: "any",
    steps: async (probe) => {
      await probe.insertAny();
      await probe.expect("NOT_SUPPORTED", "POWER", POWER_DOWN);
      for (const reset of [COLD_RESET, WARM_RESET]) {
        same((await probe.expect("SUCCESS", "POWER", reset)).length, 0, "POWER output");
        same(await probe.state(), SPECIFIC, "GET_STATE");
      }
      await probe.expect("INVALID_PARAMETER", "POWER", fromHex("03000000"));
      await probe.expect("INVALID_PARAMETER", "POWER", fromHex("010000"));
    },
  }),
  conformanceCase({
    id: "PowerWithoutCard",
    title: "POWER without a card is NO_MEDIA, whatever is asked",
    source: "DDI, POWER; NfcCx NfcCxSC.cpp",
    steps: async (probe) => {
      for (const input of [POWER_DOWN, COLD_RESET, fromHex("FFFFFFFF")]) await probe.expect("NO_MEDIA", "POWER", input);
    },
  }),
  conformanceCase({
    id: "ResetAndGetAtr",
    title: "a cold reset gives the ATR, and the card stays",
    source: "NfcCx SmartcardTagTests",
    card: "ntag",
    profile: "nfccx",
    steps: async (probe) => {
      await probe.insert("ntag");
      const atr = fromHex("3B8F8001804F0CA00000030603003D0000000056");
      same(await probe.expect("SUCCESS", "POWER", COLD_RESET, 32), atr, "POWER output");
      await probe.expect("BUFFER_TOO_SMALL", "POWER", COLD_RESET, 19);
      const absent = probe.begin("IS_ABSENT");
      await absent.isPending();
      await probe.harness.remove();
      same((await absent.result()).status, "SUCCESS", "IS_ABSENT");
    },
  }),
  conformanceCase({
    id: "ResetAndTagDisappears",
    title: "a reset that finds the card gone succeeds all the same, and the card departs",
    source: "NfcCx SmartcardTagTests",
    card: "ntag",
    steps: async (probe) => {
      await probe.insert("ntag");
      const absent = probe.begin("IS_ABSENT");
      await probe.harness.remove();
      const { status } = await probe.send("POWER", COLD_RESET);
      // whether the departure or the reset comes first is the reader's affair
      if (status !== "NO_MEDIA") same(status, "SUCCESS", "POWER");
      same((await absent.result()).status, "SUCCESS", "IS_ABSENT");
    },
  }),
  conformanceCase({
    id: "SetProtocol",
    title: "OPTIMAL, DEFAULT and T=1 select T=1, nothing else does",
    source: "DDI, SET_PROTOCOL; NfcCx NfcCxSC.cpp",
    card: "any",
    steps: async (probe) => {
      const { T0, T1, TX, RAW, DEFAULT, OPTIMAL } = SCARD_PROTOCOL;
      await probe.expect("NO_MEDIA", "SET_PROTOCOL", encodeProtocol(T1), 4);
      await probe.insertAny();
      for (const mask of [OPTIMAL, T1, TX, DEFAULT])
        same(await probe.expect("SUCCESS", "SET_PROTOCOL", encodeProtocol(mask), 4), encodeProtocol(T1), "protocol");
      for (const mask of [T0, RAW]) await probe.expect("NOT_SUPPORTED", "SET_PROTOCOL", encodeProtocol(mask), 4);
      await probe.expect("INVALID_DEVICE_REQUEST", "SET_PROTOCOL", encodeProtocol(0x100), 4);
    },
  }),
  conformanceCase({
    id: "Unsupported",
    title: "EJECT, SWALLOW, CONFISCATE and GET_PERF_CNTR are not supported",
    source: "NFC guide, design guide",
    steps: async (probe) => {
      for (const name of ["EJECT", "SWALLOW", "CONFISCATE", "GET_PERF_CNTR"] as const)
        await probe.expect("NOT_SUPPORTED", name);
      const unlisted = probe.expected({ documented: "NOT_SUPPORTED", nfccx: "INVALID_DEVICE_STATE" } as const);
      for (const name of ["READ", "WRITE"] as const) await probe.expect(unlisted, name);
    },
  }),
  conformanceCase({
    id: "GetLastError",
    title: "GET_LAST_ERROR succeeds with 0",
    source: "DDI, GET_LAST_ERROR",
    steps: async (probe) => {
      same(await probe.expect("SUCCESS", "GET_LAST_ERROR", NOTHING, 4), fromHex("00000000"), "GET_LAST_ERROR");
    },
  }),
  conformanceCase({
    id: "RadioOff",
    title: "with the radio off the card departs and every request is DEVICE_POWERED_OFF; with it on all is as before",
    source: "HLK 8d2d4e52, a6c7ca85",
    card: "any",
    needsRadio: true,
    steps: async (probe) => {
      const { harness } = probe;
      await probe.insertAny();
      const absent = probe.begin("IS_ABSENT");
      await harness.setRadio?.(false);
      try {
        same((await absent.result()).status, "SUCCESS", "IS_ABSENT");
        for (const name of ["GET_STATE", "TRANSMIT", "POWER", "IS_PRESENT", "EJECT"] as const)
          await probe.expect("DEVICE_POWERED_OFF", name);
      } finally {
        await harness.setRadio?.(true);
      }
      await probe.expect("SUCCESS", "IS_PRESENT");
      same(await probe.state(), SPECIFIC, "GET_STATE");
    },
  }),
];
