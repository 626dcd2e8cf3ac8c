import type { ConformanceProfile, IoctlDevice, IoctlResult, RfReply, RfRequest } from "@cardwire/core";
import {
  encodePowerInput,
  encodeTransmitInput,
  IOCTL_SMARTCARD,
  type IoctlName,
  NTSTATUS,
  ntStatusName,
} from "@cardwire/ioctl";
import { createNfcReader, type NfcReader, type NfcReaderEvent, type NfcReaderOptions } from "../src/index.ts";
import { FakeFamily } from "./fake-family.ts";
import { FakeFrontEnd, ULTRALIGHT } from "./fake-front-end.ts";
import { flush, ManualClock } from "./manual-clock.ts";

/** The answer of a tag that says back what it is sent. */
export function echo(request: RfRequest): RfReply {
  return request.kind === "frame" ? { kind: "frame", data: request.data.slice(), lastBits: 8 } : { kind: "done" };
}

/** A reader with everything around it under a test's hand. */
export interface Bench {
  readonly reader: NfcReader;
  readonly frontEnd: FakeFrontEnd;
  readonly family: FakeFamily;
  readonly clock: ManualClock;
  readonly events: NfcReaderEvent[];
  readonly device: IoctlDevice;
  /** Sends an I/O control by its name, and gives what came of it with the status's name. */
  readonly io: (
    name: IoctlName,
    input?: Uint8Array,
    outputLength?: number,
    signal?: AbortSignal,
  ) => Promise<BenchResult>;
  /** Lays a card on the reader and waits until IS_PRESENT has seen it. */
  readonly insert: () => Promise<void>;
}

export interface BenchResult {
  readonly status: string;
  readonly output: Uint8Array;
}

export function named({ status, information, output }: IoctlResult): BenchResult {
  if (information !== output.length) throw new Error(`${information} bytes announced, ${output.length} there`);
  return { status: ntStatusName(status) ?? status.toString(16), output };
}

export const COLD_RESET: Uint8Array = encodePowerInput(1);
export const APDU: Uint8Array = encodeTransmitInput(Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00));
export const NO_INPUT: Uint8Array = new Uint8Array(0);

/** Opens a reader of its own for one test. */
export async function bench(
  profile: ConformanceProfile = "documented",
  options: Partial<NfcReaderOptions> = {},
): Promise<Bench> {
  const frontEnd = new FakeFrontEnd();
  frontEnd.answer = echo;
  const family = new FakeFamily();
  const clock = new ManualClock();
  const reader = createNfcReader({ frontEnd, families: [family], profile, clock, ...options });
  const events: NfcReaderEvent[] = [];
  reader.subscribe((event) => events.push(event));
  const device = await reader.device.open();
  const io: Bench["io"] = async (name, input = NO_INPUT, outputLength = 0, signal) =>
    named(
      await device.deviceIoControl(IOCTL_SMARTCARD[name], input, outputLength, signal === undefined ? {} : { signal }),
    );
  return {
    reader,
    frontEnd,
    family,
    clock,
    events,
    device,
    io,
    insert: async () => {
      frontEnd.put(ULTRALIGHT);
      const { status } = await device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, NO_INPUT, 0);
      if (status !== NTSTATUS.SUCCESS) throw new Error(`IS_PRESENT gave ${status.toString(16)}`);
      await flush();
    },
  };
}
