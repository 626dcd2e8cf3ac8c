import {
  fromHex,
  isSmartCardError,
  isSmartCardOtherError,
  type SmartCardConnection,
  type SmartCardContext,
  type SmartCardDisposition,
  toHex,
} from "@cardwire/core";
import { type Scenario } from "./scenarios.ts";

/** PC/SC part 10, section 2.3: which control code each feature of the reader has; and the code that tells it in pcsc-lite. */
const GET_FEATURES = 0x4200_0d48;
const FEATURES: Readonly<Record<string, number>> = { verify: 0x06, modify: 0x07 };

/**
 * Connects to the first card that appears, does a scenario's commands, and gives what came of each. A command is an APDU,
 * or `!reset` or `!unpower` (disconnect that way, and connect again), or `!verify` or `!modify` and the block of PC/SC
 * part 10 (have a PIN entered at the reader).
 */
export async function runClient(context: SmartCardContext, scenario: Scenario): Promise<string[]> {
  const readerName = await readerWithCard(context);
  const connect = async (): Promise<SmartCardConnection> =>
    (await context.connect(readerName, "shared", { preferredProtocols: scenario.protocols })).connection;
  const answers: string[] = [];
  let connection: SmartCardConnection | undefined;
  const first = await outcome(async () => {
    connection = await connect();
    return "connected";
  });
  if (connection === undefined) return [first];
  for (const command of scenario.commands) {
    const [, action = "", data = ""] = /^!(\w+) ?(.*)$/.exec(command) ?? [];
    const open: SmartCardConnection = connection;
    answers.push(
      await outcome(async () => {
        if (action === "") return toHex(await open.transmit(fromHex(command)));
        if (FEATURES[action] !== undefined) return toHex(await control(open, FEATURES[action], fromHex(data)));
        await open.disconnect(action as SmartCardDisposition);
        connection = await connect();
        return "connected";
      }),
    );
  }
  await connection.disconnect("unpower");
  return answers;
}

async function control(connection: SmartCardConnection, feature: number, input: Uint8Array): Promise<Uint8Array> {
  const list = await connection.control(GET_FEATURES, new Uint8Array(0));
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  // tag, 4, and the control code
  for (let offset = 0; offset + 6 <= list.length; offset += 6)
    if (list[offset] === feature) return connection.control(view.getUint32(offset + 2), input);
  return new Uint8Array(0);
}

async function outcome(run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    if (isSmartCardError(error) || isSmartCardOtherError(error)) return error.symbol;
    throw error;
  }
}

async function readerWithCard(context: SmartCardContext): Promise<string> {
  for await (const event of context.watch({ signal: AbortSignal.timeout(120_000) }))
    if (event.type === "card-inserted") return event.readerName;
  throw new Error("no card has appeared within 120 s");
}

/** Waits until there is no reader any more; false when it takes too long. */
export async function noReader(context: SmartCardContext, patienceMs = 60_000): Promise<boolean> {
  const start = performance.now();
  while ((await context.listReaders()).length > 0) {
    if (performance.now() - start > patienceMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
