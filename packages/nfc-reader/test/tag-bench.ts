import { type ConformanceProfile, fromHex, type RfRequest, toHex } from "@cardwire/core";
import { encodeTransmitInput, IOCTL_SMARTCARD } from "@cardwire/ioctl";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { type MifareUltralightTag } from "@cardwire/mifare-ultralight/virtual";
import { createVirtualField, type VirtualField } from "@cardwire/virtual";
import { createNfcReader, type NfcReader, type NfcReaderOptions } from "../src/index.ts";
import { type BenchResult, named } from "./bench.ts";
import { ManualClock } from "./manual-clock.ts";
import { ntag216 } from "./ntag216.ts";

/** How the log of a field shows a request. */
export function requestText(request: RfRequest): string {
  return request.kind === "frame" ? toHex(request.data) : request.kind;
}

export interface TagBench {
  readonly reader: NfcReader;
  readonly field: VirtualField;
  readonly tag: MifareUltralightTag;
  readonly clock: ManualClock;
  /** RF requests in their order, with the field's own doings between them. */
  readonly log: string[];
  readonly io: (code: keyof typeof IOCTL_SMARTCARD, input?: Uint8Array, outputLength?: number) => Promise<BenchResult>;
  /** Sends a command and gives its response in hexadecimal, or the status. */
  readonly transmit: (apdu: string, outputLength?: number) => Promise<string>;
}

/** A reader over a virtual field, with an NTAG216 at hand. */
export async function tagBench(
  profile: ConformanceProfile,
  options: Partial<NfcReaderOptions> = {},
): Promise<TagBench> {
  const field = createVirtualField();
  const log: string[] = [];
  field.onExchange({ before: (request) => void log.push(requestText(request)) });
  const clock = new ManualClock();
  const frontEnd = {
    name: field.name,
    maxTransmitBytes: field.maxTransmitBytes,
    maxReceiveBytes: field.maxReceiveBytes,
    exchange: (request: RfRequest) => field.exchange(request),
    discover: (signal: AbortSignal) => {
      log.push("start discovery");
      return field.discover(signal);
    },
    deactivate: () => {
      log.push("stop discovery");
      return field.deactivate();
    },
    close: () => field.close(),
  };
  const reader = createNfcReader({ frontEnd, families: [mifareUltralight], profile, clock, ...options });
  const device = await reader.device.open();
  const io: TagBench["io"] = async (name, input = new Uint8Array(0), outputLength = 0) =>
    named(await device.deviceIoControl(IOCTL_SMARTCARD[name], input, outputLength));
  return {
    reader,
    field,
    tag: ntag216(),
    clock,
    log,
    io,
    transmit: async (apdu, outputLength = 300) => {
      const { status, output } = await io("TRANSMIT", encodeTransmitInput(fromHex(apdu)), outputLength);
      return status === "SUCCESS" ? toHex(output.subarray(8)) : status;
    },
  };
}
