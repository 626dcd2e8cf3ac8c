/**
 * In the guest: the reader is pulled in the middle of every kind of transfer, and everything comes to its end: no call
 * waits for ever, no rejection is left unhandled, and the reader that is plugged in next is used at once.
 *
 *   unplug-main VERSION
 */
import { isSmartCardError, type SmartCardConnection, type SmartCardContext } from "@cardwire/core";
import { createCcidContext } from "@cardwire/transport-ccid/node";
import { sizedAnswer, sizedCommand } from "../../../packages/transport-ccid/test/contract-card.ts";
import { loadUsb } from "./load-usb.ts";
import { type ReaderOrder } from "./reader-order.ts";
import { RemoteReaders } from "./remote-readers.ts";
import { type Case, runCases } from "./run-cases.ts";

/** Levels of exchange by their dwFeatures: extended APDU, short APDU, TPDU with PPS by the reader. */
const LEVELS = { "extended APDU": 0x4_04be, "short APDU": 0x2_04be, TPDU: 0x1_00ba } as const;
const ESCAPE = 0x4200_0001;
const LIMIT_MS = 30_000;

const [version = "3"] = process.argv.slice(2);
const usb = await loadUsb(version);
const readers = new RemoteReaders();
let next = 0;

interface Plugged {
  readonly context: SmartCardContext;
  readonly name: string;
  readonly order: (what: Exclude<ReaderOrder["do"], "plug">) => Promise<void>;
}

async function withReader(
  plug: { readonly features?: number; readonly interrupt?: boolean; readonly card?: boolean },
  run: (plugged: Plugged) => Promise<void>,
): Promise<void> {
  const reader = next++;
  const serialNumber = `U${reader}`;
  await readers.order({ do: "plug", reader, serialNumber, card: true, ...plug });
  const context = createCcidContext({ usb });
  try {
    const name = await nameOf(context, serialNumber, plug.card ?? true);
    await within(run({ context, name, order: (what) => readers.order({ do: what, reader }) }));
  } finally {
    await within(context.close());
    await readers.order({ do: "unplug", reader }).catch(() => undefined);
  }
}

/** The case passes when the call fails as a reader that is gone makes it. */
async function gone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const codes = ["reader-unavailable", "removed-card", "no-smartcard", "unknown-reader"] as const;
    if (codes.some((code) => isSmartCardError(error, code))) return;
    throw error;
  }
  throw new Error("the call did not fail");
}

const connected = async ({ context, name }: Plugged): Promise<SmartCardConnection> =>
  (await context.connect(name, "shared", { preferredProtocols: ["t0", "t1"] })).connection;

const cases: Case[] = [
  ...Object.entries(LEVELS).flatMap(([level, features]) => [
    {
      name: `in the place of the answer to a command, ${level}`,
      run: () =>
        withReader({ features }, async (plugged) => {
          const connection = await connected(plugged);
          await connection.transmit(sizedCommand(3));
          await plugged.order("unplug-at-next");
          await gone(connection.transmit(sizedCommand(3)));
          await gone(connection.transmit(sizedCommand(3)));
        }),
    },
    {
      name: `while the card works, ${level}`,
      run: () =>
        withReader({ features }, async (plugged) => {
          const connection = await connected(plugged);
          const transmit = gone(connection.transmit(sizedCommand(3, 5_000)));
          await pause(200);
          await plugged.order("unplug");
          await transmit;
        }),
    },
  ]),
  {
    name: "in the middle of a response of many messages",
    run: () =>
      withReader({}, async (plugged) => {
        const connection = await connected(plugged);
        const transmit = gone(connection.transmit(sizedCommand(60_000, 100)));
        await pause(150);
        await plugged.order("unplug");
        // it may have come through
        await Promise.race([transmit, pause(5_000)]).catch(() => undefined);
      }),
  },
  {
    name: "in the place of the answer to a power-on",
    run: () =>
      withReader({}, async (plugged) => {
        await plugged.context.listReaders();
        await plugged.order("unplug-at-next");
        await gone(connected(plugged));
      }),
  },
  {
    name: "in the place of the answer to an escape",
    run: () =>
      withReader({}, async (plugged) => {
        const { connection } = await plugged.context.connect(plugged.name, "direct", { preferredProtocols: [] });
        await connection.control(ESCAPE, Uint8Array.of(1));
        await plugged.order("unplug-at-next");
        await gone(connection.control(ESCAPE, Uint8Array.of(1)));
      }),
  },
  ...[true, false].map((interrupt) => ({
    name: `while a card is waited for, ${interrupt ? "on the interrupt endpoint" : "by polling"}`,
    run: () =>
      withReader({ interrupt, card: false }, async ({ context, name, order }) => {
        const wait = context.getStatusChange([{ readerName: name, currentState: { empty: true } }]);
        await pause(300);
        await order("unplug");
        const [state] = await wait;
        if (state?.eventState.unavailable !== true) throw new Error("the reader is not said to be unavailable");
      }),
  })),
  {
    name: "and plugged in again, it works again",
    run: () =>
      withReader({}, async (plugged) => {
        await connected(plugged);
        await plugged.order("unplug");
        await withReader({}, async (again) => {
          const connection = await connected(again);
          const answer = await connection.transmit(sizedCommand(3));
          if (answer.length !== sizedAnswer(3).length) throw new Error("a wrong answer");
          await connection.disconnect();
        });
      }),
  },
];

const failed = await runCases(`unplugged, usb ${version}`, cases);
readers.close();
process.exit(failed === 0 ? 0 : 1);

/** The name of a reader, as soon as it has been opened: with its card seen, or seen to be empty. */
async function nameOf(context: SmartCardContext, serialNumber: string, card: boolean): Promise<string> {
  let name: string | undefined;
  for await (const event of context.watch({ signal: AbortSignal.timeout(LIMIT_MS) })) {
    if (!("readerName" in event) || !event.readerName.includes(`(${serialNumber})`)) continue;
    name = event.readerName;
    if (!card || event.type === "card-inserted") break;
  }
  if (name === undefined) throw new Error(`reader ${serialNumber} does not come`);
  for (;;) {
    const [state] = await context.getStatusChange([{ readerName: name, currentState: { unaware: true } }]);
    if (state?.eventState.unavailable === false) return name;
    await context.getStatusChange([{ readerName: name, currentState: { unavailable: true } }], { timeout: LIMIT_MS });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function within(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not at its end after ${LIMIT_MS} ms`));
    }, LIMIT_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
