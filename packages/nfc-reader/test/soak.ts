/**
 * A million TRANSMITs through one reader, with taps and pulls in between, also in the middle of exchanges: the heap must
 * stay where it was and no timer be left. Run by `pnpm --filter @cardwire/nfc-reader soak`.
 */
import { type Clock, fromHex, systemClock } from "@cardwire/core";
import { encodeTransmitInput, IOCTL_SMARTCARD, NTSTATUS } from "@cardwire/ioctl";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createVirtualField } from "@cardwire/virtual";
import { createNfcReader } from "../src/index.ts";
import { ntag216 } from "./ntag216.ts";

const TRANSMITS = 1_000_000;
const PER_TAP = 1_000;

let timers = 0;
const countingClock: Clock = {
  now: () => systemClock.now(),
  schedule: (delayMs, callback) => {
    timers++;
    let isOver = false;
    const over = (): void => {
      if (!isOver) timers--;
      isOver = true;
    };
    const cancel = systemClock.schedule(delayMs, () => {
      over();
      callback();
    });
    return () => {
      over();
      cancel();
    };
  },
};

function heapMb(): number {
  globalThis.gc?.();
  return Math.round((process.memoryUsage().heapUsed / 2 ** 20) * 10) / 10;
}

const field = createVirtualField();
const reader = createNfcReader({ frontEnd: field, families: [mifareUltralight], clock: countingClock });
const device = await reader.device.open();
const tag = ntag216();
const read = encodeTransmitInput(fromHex("FFB0000410"));
const nothing = new Uint8Array(0);
const heaps: number[] = [];
const statuses = new Map<number, number>();
const start = performance.now();

for (let done = 0, tap = 0; done < TRANSMITS; tap++) {
  const present = device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, nothing, 0);
  field.put(tag);
  if ((await present).status !== NTSTATUS.SUCCESS) throw new Error("IS_PRESENT failed");
  const absent = device.deviceIoControl(IOCTL_SMARTCARD.IS_ABSENT, nothing, 0);
  // every other tap ends in the middle of a command
  const isPulled = tap % 2 === 1;
  if (isPulled) field.pullAfter(PER_TAP - 1, tap % 4 === 1 ? "before-request" : "before-reply");
  for (let command = 0; command < PER_TAP; command++, done++) {
    const { status } = await device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, read, 64);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  if (isPulled) await absent;
  else {
    field.remove();
    await device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, read, 64);
    await absent;
  }
  if (tap % 100 === 99) heaps.push(heapMb());
}

const seconds = (performance.now() - start) / 1000;
await reader.close();
const [first = 0] = heaps;
const last = heaps.at(-1) ?? 0;
const report = {
  transmits: TRANSMITS,
  seconds: Math.round(seconds * 100) / 100,
  statuses: Object.fromEntries([...statuses].map(([status, count]) => [status.toString(16), count])),
  heapMb: heaps,
  timers,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
if (timers !== 0 || last > first + 1) process.exitCode = 1;
