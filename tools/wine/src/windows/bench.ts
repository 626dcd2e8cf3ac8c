/**
 * Transmits per second through what a Windows program has for it, in one process and one run: our transports, and the
 * bare calls that they are made of. Rounds are interleaved, so that a busy machine slows all of them.
 *
 * No package of npm takes part: smartcard, pcsclite and @pokusew/pcsclite are compiled where they are installed, and the
 * build for Windows' Node that pcsc-mini names is not in the registry.
 */
import type { IoctlDevice, SmartCardConnection } from "@cardwire/core";
import { encodeTransmitInput, IOCTL_SMARTCARD } from "@cardwire/ioctl";
import {
  createDeviceContext,
  createWindowsContext,
  listReaderDevices,
  openReaderDevice,
} from "@cardwire/transport-windows";
import { BareWinscard } from "../bare-winscard.ts";
import { BlockingDevice } from "../blocking-device.ts";
import { PcscdMachine } from "../pcscd-machine.ts";
import { RemoteMachine } from "../remote-machine.ts";

const ROUNDS = 7;
const TRANSMITS = 300;
const COMMAND = Uint8Array.of(0xff, 0xca, 0, 0, 0);
const INPUT = encodeTransmitInput(COMMAND);
const RESPONSE_BYTES = 266;
const NOTHING = new Uint8Array(0);

/** Does one transmit. */
type Transmit = () => unknown;

async function measure(transmit: Transmit): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < TRANSMITS; index++) await transmit();
  return (TRANSMITS * 1000) / (performance.now() - start);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** One after the other, round by round: each transmits per second. */
async function race(runners: Readonly<Record<string, Transmit>>): Promise<Record<string, number>> {
  const rates: Record<string, number[]> = {};
  for (let round = -1; round < ROUNDS; round++)
    for (const [name, transmit] of Object.entries(runners)) {
      const rate = await measure(transmit);
      // the first round warms up
      if (round >= 0) (rates[name] ??= []).push(rate);
    }
  return Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]));
}

function show(title: string, rates: Readonly<Record<string, number>>, base: string): void {
  const own = rates[base] ?? 0;
  for (const [name, rate] of Object.entries(rates))
    process.stdout.write(`table ${title}: ${rate.toFixed(0).padStart(6)} transmits/s  ${name}\n`);
  for (const [name, rate] of Object.entries(rates))
    if (name !== base) process.stdout.write(`ratio ${title}: ${base} : ${name} = ${(own / rate).toFixed(2)}\n`);
}

async function raceWinscard(): Promise<void> {
  const machine = await PcscdMachine.connect(Number(process.env["CARDWIRE_PCSCD_PORT"]));
  const readerName = await machine.order("settle");
  await machine.order("insert");
  const context = createWindowsContext();
  await context.getStatusChange([{ readerName, currentState: { empty: true } }]);
  const { connection } = await context.connect(readerName, "shared", { preferredProtocols: ["t1"] });
  const bare = new BareWinscard(readerName);
  const ours = "@cardwire/transport-windows";
  const rates = await race({
    [ours]: () => connection.transmit(COMMAND),
    "koffi, SCardTransmit.async": () => bare.transmitLater(COMMAND),
    "koffi, SCardTransmit": () => bare.transmit(COMMAND),
  });
  show("winscard", rates, ours);
}

async function raceDevice(): Promise<void> {
  const remote = await RemoteMachine.start();
  await remote.machine("contract", "documented");
  await remote.order({ verb: "insert", argument: "card" });
  const ours = "@cardwire/transport-ioctl over a device";
  const context = createDeviceContext();
  const [readerName] = await context.listReaders();
  if (readerName === undefined) throw new Error("there is no reader");
  await context.getStatusChange([{ readerName, currentState: { empty: true } }]);
  // one handle at a time: each has rounds of its own
  const rates: Record<string, number> = {};
  const connection: SmartCardConnection = (await context.connect(readerName, "shared", { preferredProtocols: ["t1"] }))
    .connection;
  Object.assign(rates, await race({ [ours]: () => connection.transmit(COMMAND) }));
  await context.close();
  const path = (await listReaderDevices())[0]?.path ?? "";
  const device: IoctlDevice = await openReaderDevice(path);
  await device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, NOTHING, 0);
  const transmit = (): unknown => device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, INPUT, RESPONSE_BYTES);
  Object.assign(rates, await race({ "deviceIoControl of a device": transmit }));
  await device.close();
  const blocking = new BlockingDevice(path);
  const block = (): unknown => blocking.control(IOCTL_SMARTCARD.TRANSMIT, INPUT, RESPONSE_BYTES);
  Object.assign(rates, await race({ "koffi, DeviceIoControl that blocks": block }));
  blocking.close();
  show("device", rates, ours);
  await remote.close();
}

await raceWinscard();
await raceDevice();
process.exit();
