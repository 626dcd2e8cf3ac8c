import { NTSTATUS, SCARD_READER_STATE } from "@cardwire/ioctl";
import { type ConformanceCase, conformanceCase } from "./conformance-case.ts";
import { ConformanceFailure } from "./conformance-failure.ts";
import { same } from "./probe.ts";

const { ABSENT, SPECIFIC } = SCARD_READER_STATE;
const ONE_BYTE = Uint8Array.of(0);

export const presenceCases: readonly ConformanceCase[] = [
  conformanceCase({
    id: "IsPresent",
    title: "IS_PRESENT succeeds and GET_STATE says SPECIFIC with a card",
    source: "HLK 1a2b2668",
    card: "any",
    steps: async (probe) => {
      await probe.insertAny();
      same(await probe.state(), SPECIFIC, "GET_STATE");
      await probe.expect("SUCCESS", "IS_PRESENT");
    },
  }),
  conformanceCase({
    id: "IsAbsent",
    title: "IS_ABSENT pends with a card, and succeeds when it goes",
    source: "DDI, IS_ABSENT",
    card: "any",
    steps: async (probe) => {
      await probe.expect("SUCCESS", "IS_ABSENT");
      await probe.insertAny();
      const absent = probe.begin("IS_ABSENT");
      await absent.isPending();
      await probe.harness.remove();
      same((await absent.result()).status, "SUCCESS", "IS_ABSENT");
      same(await probe.state(), ABSENT, "GET_STATE");
    },
  }),
  conformanceCase({
    id: "ArrivalAfterDeparture",
    title: "the same card laid down again is a new arrival",
    source: "NFC guide, example sequence",
    card: "any",
    steps: async (probe) => {
      await probe.insertAny();
      const absent = probe.begin("IS_ABSENT");
      await probe.harness.remove();
      same((await absent.result()).status, "SUCCESS", "IS_ABSENT");
      await probe.insertAny();
      same(await probe.state(), SPECIFIC, "GET_STATE");
    },
  }),
  conformanceCase({
    id: "TwoPendingIoctls",
    title:
      "IS_PRESENT and IS_ABSENT do not hinder each other; a second of a kind is DEVICE_BUSY and leaves the first alone",
    source: "HLK 7a2778a0",
    card: "any",
    steps: async (probe) => {
      const present = probe.begin("IS_PRESENT");
      await present.isPending();
      await probe.expect("SUCCESS", "IS_ABSENT");
      await probe.expect("DEVICE_BUSY", "IS_PRESENT");
      await present.isPending();
      present.cancel();
      same((await present.result()).status, "CANCELLED", "IS_PRESENT");
      await probe.insertAny();
      const absent = probe.begin("IS_ABSENT");
      await probe.expect("SUCCESS", "IS_PRESENT");
      await probe.expect("DEVICE_BUSY", "IS_ABSENT");
      absent.cancel();
      same((await absent.result()).status, "CANCELLED", "IS_ABSENT");
      same(await probe.state(), SPECIFIC, "GET_STATE");
    },
  }),
  conformanceCase({
    id: "CancelAndAskAgain",
    title: "after CancelIo the place is free",
    source: "DDI, IS_PRESENT",
    card: "any",
    steps: async (probe) => {
      for (let time = 0; time < 3; time++) {
        const present = probe.begin("IS_PRESENT");
        await present.isPending();
        present.cancel();
        same((await present.result()).status, "CANCELLED", "IS_PRESENT");
      }
      await probe.insertAny();
    },
  }),
  conformanceCase({
    id: "PresenceTakesNoBuffers",
    title: "IS_PRESENT and IS_ABSENT with a buffer are INVALID_PARAMETER",
    source: "DDI, IS_PRESENT, IS_ABSENT; NfcCx NfcCxSC.cpp",
    steps: async (probe) => {
      for (const name of ["IS_PRESENT", "IS_ABSENT"] as const) {
        await probe.expect("INVALID_PARAMETER", name, ONE_BYTE);
        await probe.expect("INVALID_PARAMETER", name, new Uint8Array(0), 1);
      }
    },
  }),
  {
    id: "CloseCancels",
    title: "closing the handle cancels what is pending",
    source: "DDI, IS_PRESENT",
    run: async (harness) => {
      const device = await harness.open();
      const present = device.deviceIoControl(0x0031_0028, new Uint8Array(0), 0);
      await device.close();
      same((await present).status, NTSTATUS.CANCELLED, "IS_PRESENT");
    },
  },
  {
    id: "ExclusiveOpen",
    title: "a second open is denied until the first handle is closed",
    source: "NfcCx fileObject.cpp",
    run: async (harness) => {
      const first = await harness.open();
      const second = await harness.open().then(
        () => undefined,
        (error: unknown) => error,
      );
      await first.close();
      if (second === undefined) throw new ConformanceFailure("a second handle was opened");
      same((second as { readonly status?: unknown }).status, NTSTATUS.ACCESS_DENIED, "open");
      await (await harness.open()).close();
    },
  },
];
