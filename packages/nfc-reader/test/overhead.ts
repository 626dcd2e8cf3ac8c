/**
 * What the device adds to a TRANSMIT: the same READ BINARY on the same virtual NTAG216, once through `deviceIoControl` and
 * once by running the family's dialogue. Run by `pnpm --filter @cardwire/nfc-reader overhead`.
 */
import { fromHex, runDialogue } from "@cardwire/core";
import { encodeTransmitInput, IOCTL_SMARTCARD } from "@cardwire/ioctl";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createVirtualField } from "@cardwire/virtual";
import { createNfcReader } from "../src/index.ts";
import { ntag216 } from "./ntag216.ts";

const ROUNDS = 25;
const CALLS = 20_000;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Microseconds per call, the promise included. */
async function round(call: () => unknown): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < CALLS; index++) await call();
  return ((performance.now() - start) * 1000) / CALLS;
}

for (const profile of ["documented", "nfccx"] as const) {
  const command = fromHex("FFB0000410");
  const input = encodeTransmitInput(command);

  const field = createVirtualField({ tags: [ntag216()] });
  const reader = createNfcReader({ frontEnd: field, families: [mifareUltralight], profile });
  const device = await reader.device.open();
  await device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, new Uint8Array(0), 0);

  const bareField = createVirtualField({ tags: [ntag216()] });
  const [target] = await bareField.discover(new AbortController().signal);
  const session = await runDialogue(mifareUltralight.activate(target, { profile }), bareField);

  const through: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn++) {
    through.push(await round(() => device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, input, 64)));
    bare.push(await round(() => Promise.resolve(runDialogue(session.transmit(command, 56), bareField))));
  }
  await reader.close();
  const [throughDevice, dialogue] = [median(through), median(bare)];
  const text =
    `${profile}: ${Math.round(1e6 / throughDevice).toLocaleString("en")} TRANSMITs/s, ${throughDevice.toFixed(3)} µs each; ` +
    `the dialogue alone ${dialogue.toFixed(3)} µs; the device adds ${(throughDevice - dialogue).toFixed(3)} µs\n`;
  process.stdout.write(text);
}
