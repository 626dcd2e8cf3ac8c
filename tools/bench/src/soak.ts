/**
 * A million TRANSMITs through one reader, over tags of every family, with taps and pulls in between, also in the middle
 * of commands. Ends with exit code 1 when the heap has grown, a status was not one that such a pull gives, or a timer is
 * left; and it ends by itself, which it could not with a timer left.
 */
import type { IoctlResult } from "@cardwire/core";
import { encodeTransmitInput, IOCTL_SMARTCARD, NTSTATUS, ntStatusName } from "@cardwire/ioctl";
import { createNfcReader } from "@cardwire/nfc-reader";
import { createVirtualField } from "@cardwire/virtual";
import { familyCards } from "./families-cards.ts";
import { CountingClock } from "./soak-clock.ts";

const TRANSMITS = 1_000_000;
/** Of one stay on the reader, what has to be sent first not counted. */
const PER_TAP = 500;
const TAPS_PER_SAMPLE = 200;
/** The first samples are of a heap that still fills its caches. */
const SETTLING_SAMPLES = 2;
const GROWTH_LIMIT_BYTES = 256 * 1024;
const OUTPUT_LIMIT = 266;
const NOTHING = new Uint8Array(0);

const gc = globalThis.gc;
if (gc === undefined) throw new Error("run it with --expose-gc");

const clock = new CountingClock();
const field = createVirtualField();
const families = [...new Set(familyCards.map(({ family }) => family))];
const reader = createNfcReader({ frontEnd: field, families, clock });
const device = await reader.device.open();
const cards = familyCards.map(({ createTag, before, apdu }) => ({
  tag: createTag(),
  before: before.map((bytes) => encodeTransmitInput(bytes)),
  command: encodeTransmitInput(apdu),
}));

const control = (code: keyof typeof IOCTL_SMARTCARD, input: Uint8Array = NOTHING, length = 0): Promise<IoctlResult> =>
  device.deviceIoControl(IOCTL_SMARTCARD[code], input, length);
const statuses = new Map<number, number>();
const heapBytes: number[] = [];
const start = performance.now();
let transmits = 0;

async function transmit(input: Uint8Array): Promise<IoctlResult> {
  const result = await control("TRANSMIT", input, OUTPUT_LIMIT);
  statuses.set(result.status, (statuses.get(result.status) ?? 0) + 1);
  transmits++;
  return result;
}

for (let tap = 0; transmits < TRANSMITS; tap++) {
  const card = cards[tap % cards.length];
  if (card === undefined) break;
  const present = control("IS_PRESENT");
  field.put(card.tag);
  if ((await present).status !== NTSTATUS.SUCCESS) throw new Error(`${card.tag.name} is not found`);
  const absent = control("IS_ABSENT");
  for (const input of card.before) await transmit(input);
  // every other stay ends in the middle of a command, before or after the tag has heard it
  const round = Math.floor(tap / cards.length);
  if (round % 2 === 1) field.pullAfter(PER_TAP - 10, round % 4 === 1 ? "before-request" : "before-reply");
  for (let command = 0; command < PER_TAP; command++) await transmit(card.command);
  field.remove();
  // meets the empty field, where the tag had not been pulled before
  await transmit(card.command);
  await absent;
  if (tap % TAPS_PER_SAMPLE === TAPS_PER_SAMPLE - 1) {
    gc();
    heapBytes.push(process.memoryUsage().heapUsed);
  }
}

const seconds = (performance.now() - start) / 1000;
await reader.close();

const settled = heapBytes.slice(SETTLING_SAMPLES);
const growthBytes = (settled.at(-1) ?? Infinity) - (settled[0] ?? 0);
const expected: readonly number[] = [NTSTATUS.SUCCESS, NTSTATUS.NO_MEDIA, NTSTATUS.IO_TIMEOUT];
const unexpected = [...statuses.keys()].filter((status) => !expected.includes(status));
const named = [...statuses].map(
  ([status, count]) => `${ntStatusName(status) ?? status.toString(16)} ${count.toLocaleString("en")}`,
);
const isFlat = growthBytes <= GROWTH_LIMIT_BYTES;

process.stdout.write(
  [
    `Node ${process.versions.node}: ${transmits.toLocaleString("en")} TRANSMITs in ${seconds.toFixed(1)} s`,
    `statuses: ${named.join(", ")}`,
    `heap after collection, every ${TAPS_PER_SAMPLE} taps, in MB: ${heapBytes.map((bytes) => (bytes / 2 ** 20).toFixed(2)).join(" ")}`,
    `growth ${(growthBytes / 1024).toFixed(0)} kB (limit ${GROWTH_LIMIT_BYTES / 1024}), timers left: ${clock.waiting}`,
    isFlat && clock.waiting === 0 && unexpected.length === 0 ? "flat" : "NOT FLAT",
    "",
  ].join("\n"),
);
if (!isFlat || clock.waiting !== 0 || unexpected.length > 0) process.exitCode = 1;
