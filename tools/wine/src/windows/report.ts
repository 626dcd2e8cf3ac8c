/**
 * What this machine's readers do, as a report to paste: for a real Windows with a real reader and a card. It writes to no
 * card.
 *
 *   report.mjs                 winscard.dll: asks for a card, and for a few taps
 *   report.mjs --unattended    asks for nothing: a card lies there
 *   report.mjs --device        the reader device itself, too: stops the smart-card service meanwhile (as administrator)
 *   report.mjs --ddi KIND      the reader DDI's conformance cases with a card of that kind, which is asked for again and
 *                              again: ntag, mifare-ultralight, mifare-classic-1k, mifare-desfire, felica
 */
import { execFileSync } from "node:child_process";
import { release, version } from "node:os";
import { isSmartCardError, type SmartCardContext, toHex } from "@cardwire/core";
import { registerContract } from "@cardwire/core/testing";
import { encodeTransmitInput, IOCTL_SMARTCARD, parseTransmitOutput } from "@cardwire/ioctl";
import { conformanceCases, missingFor } from "@cardwire/nfc-reader/testing";
import {
  createDeviceContext,
  createWindowsContext,
  listReaderDevices,
  openReaderDevice,
} from "@cardwire/transport-windows";
import { version as koffiVersion } from "koffi";
import { isConformanceCardKind } from "../../../../packages/nfc-reader/test/conformance-cards.ts";
import { learnCard } from "../here/learned-card.ts";
import { describe, MarkdownReport } from "../here/markdown.ts";
import { type Person, personAtTerminal } from "../here/person.ts";

const options = process.argv.slice(2);
const person: Person | undefined = options.includes("--unattended") ? undefined : personAtTerminal();
const report = new MarkdownReport();
const TAPS = 3;
const RATE_TRANSMITS = 200;
/** Longer than a transaction may be idle. */
const IDLE_MS = 6_500;
/** How long somebody may take to do what is asked. */
const PATIENCE_MS = 60_000;

const pause = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(resolve, ms, undefined));

function run(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (error) {
    return describe(error);
  }
}

async function machine(): Promise<void> {
  report.heading("The machine");
  report.fact("system", `${version()} ${release()}, ${process.arch}`);
  report.fact("Node", process.version);
  report.fact("koffi", koffiVersion);
  report.fact("service SCardSvr", /STATE\s*:\s*(.*)/.exec(run("sc", "query", "SCardSvr"))?.[1] ?? "unknown");
  await report.check("reader devices are listed", async () => {
    const devices = await listReaderDevices();
    for (const { path, deviceName, kind } of devices) report.fact(`device "${deviceName}", kind ${kind}`, path);
    return `${devices.length}`;
  });
  for (const { path } of await listReaderDevices().catch(() => []))
    await openReaderDevice(path).then(
      async (device) => {
        report.fact("opening a device beside the service", "it opens");
        await device.close();
      },
      (error: unknown) => {
        report.fact("opening a device beside the service", describe(error));
      },
    );
}

/** The reader that has a card, once somebody has laid one down. */
async function readerWithCard(context: SmartCardContext): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  await person?.ask("Lay a card on the reader and leave it there");
  for await (const event of context.watch({ signal })) {
    if (event.type !== "card-inserted") continue;
    report.fact("reader", event.readerName);
    report.fact("ATR", toHex(event.answerToReset, " "));
    return event.readerName;
  }
  throw new Error("no card was laid on a reader");
}

async function contract(create: () => SmartCardContext): Promise<void> {
  const context = create();
  const readerName = await readerWithCard(context);
  const { harness, missing } = await learnCard(context, readerName);
  report.fact("commands that the card answers alike", harness.card.exchanges.length);
  await context.close();
  const cases: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  registerContract(
    (name, body) => cases.push({ name, body }),
    () =>
      Promise.resolve({ ...harness, createContext: () => Promise.resolve(create()), close: () => Promise.resolve() }),
    { missing },
  );
  for (const { name, body } of cases)
    if (name.startsWith("[not available")) report.skip(name);
    else
      await report.check(name, async () => {
        await body();
        return undefined;
      });
}

async function taps(create: () => SmartCardContext): Promise<void> {
  if (person === undefined) {
    report.skip("taps and pulls: nobody is there");
    return;
  }
  const context = create();
  const watch = context.watch()[Symbol.asyncIterator]();
  const next = async (types: readonly string[]): Promise<string> => {
    for (;;) {
      const result = await Promise.race([watch.next(), pause(PATIENCE_MS)]);
      if (result === undefined || result.done === true) throw new Error(`none of ${types.join(", ")} within a minute`);
      if (types.includes(result.value.type)) return result.value.type;
    }
  };
  await next(["card-inserted"]);
  for (let tap = 1; tap <= TAPS; tap++)
    await report.check(`tap ${tap}: the card's removal and its return are told`, async () => {
      await person.ask("Take the card away");
      await next(["card-removed"]);
      await person.ask("Lay the card down again");
      await next(["card-inserted"]);
      return undefined;
    });
  await report.check("a reader that is unplugged and plugged in again is told", async () => {
    await person.ask("Unplug the reader (if it cannot be, just press Enter, and this fails)");
    const gone = await next(["reader-detached", "service-lost"]);
    await person.ask("Plug the reader in again, and lay the card down");
    const back = await next(["card-inserted"]);
    return `${gone}, then ${back}`;
  });
  await watch.return?.();
  await context.close();
}

async function timing(create: (options: { keepTransactionsAlive: boolean }) => SmartCardContext): Promise<void> {
  for (const keepTransactionsAlive of [false, true]) {
    const context = create({ keepTransactionsAlive });
    const readerName = await readerInUse(context);
    const { connection } = await context.connect(readerName, "shared", { preferredProtocols: ["t0", "t1"] });
    const start = performance.now();
    for (let index = 0; index < RATE_TRANSMITS; index++) await connection.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0));
    if (!keepTransactionsAlive)
      report.fact("transmits per second", Math.round((RATE_TRANSMITS * 1000) / (performance.now() - start)));
    if (person === undefined) {
      report.skip("transactions that wait for a person: nobody is there");
      await context.close();
      return;
    }
    const end = await connection
      .startTransaction(async () => {
        await pause(IDLE_MS);
        await connection.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0));
        return undefined;
      })
      .then(
        () => "goes on",
        (error: unknown) => (isSmartCardError(error) ? error.responseCode : describe(error)),
      );
    report.fact(`a transaction ${keepTransactionsAlive ? "kept alive" : "left idle"} for ${IDLE_MS} ms`, end);
    await context.close();
  }
}

async function readerInUse(context: SmartCardContext): Promise<string> {
  for (const readerName of await context.listReaders()) {
    const [state] = await context.getStatusChange([{ readerName, currentState: {} }]);
    if (state?.eventState.present === true) return readerName;
  }
  throw new Error("no card lies on a reader");
}

async function conformance(kind: string): Promise<void> {
  if (!isConformanceCardKind(kind) || person === undefined)
    throw new Error(`--ddi ${kind} needs a person, and a known card`);
  const [device] = await listReaderDevices();
  if (device === undefined) throw new Error("no reader device is listed");
  await person.ask(`Lay the ${kind} on the reader`);
  const opened = await device.open();
  await opened.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, new Uint8Array(0), 0);
  const input = encodeTransmitInput(Uint8Array.of(0xff, 0xca, 0, 0, 0));
  const { output } = await opened.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, input, 64);
  const uid = parseTransmitOutput(output).response.subarray(0, -2);
  await opened.close();
  report.fact("UID", toHex(uid));
  await person.ask("Take the card away");
  const harness = {
    // Windows' own driver, and what is derived from it
    profile: "nfccx" as const,
    cards: { [kind]: { uid } },
    limitMs: 5_000,
    open: () => device.open(),
    insert: () => person.ask(`Lay the ${kind} on the reader`),
    remove: () => person.ask("Take the card away (if it is there)"),
  };
  // what writes blocks or counts values needs more than a UID
  for (const one of conformanceCases()) {
    const missing = missingFor(one, harness);
    if (missing !== undefined) report.skip(`${one.id}: ${missing}`);
    else
      await report.check(`${one.id}: ${one.title}`, async () => {
        await one.run(harness);
        return undefined;
      });
  }
}
await machine();
await report.check("the contract's run comes to its end", async () => {
  report.heading("The contract of transports, over winscard.dll");
  await contract(createWindowsContext);
  return undefined;
});
await report.check("taps, time and rate come to their end", async () => {
  report.heading("Taps and time");
  await taps(createWindowsContext);
  await timing(createWindowsContext);
  return undefined;
});
const kindIndex = options.indexOf("--ddi");
if (options.includes("--device") || kindIndex >= 0) {
  report.heading("The reader device itself");
  report.fact("net stop SCardSvr", run("net", "stop", "SCardSvr", "/y"));
  try {
    await report.check("the run over the device comes to its end", async () => {
      if (options.includes("--device")) await contract(() => createDeviceContext());
      if (kindIndex >= 0) await conformance(options[kindIndex + 1] ?? "");
      return undefined;
    });
  } finally {
    report.fact("net start SCardSvr", run("net", "start", "SCardSvr"));
  }
}
report.end();
person?.close();
process.exit(report.failed > 0 ? 1 : 0);
