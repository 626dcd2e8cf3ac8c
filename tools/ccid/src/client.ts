import {
  fromHex,
  isSmartCardError,
  isSmartCardOtherError,
  type SmartCardConnection,
  type SmartCardContext,
  toHex,
} from "@cardwire/core";
import { type Scenario } from "./scenarios.ts";

/** Connects to the first card that appears, sends a scenario's commands, and gives what came of each. */
export async function runClient(context: SmartCardContext, scenario: Scenario): Promise<string[]> {
  const readerName = await readerWithCard(context);
  const { connection } = await context.connect(readerName, "shared", { preferredProtocols: scenario.protocols });
  const answers: string[] = [];
  for (const command of scenario.commands) answers.push(await answerOf(connection, command));
  await connection.disconnect("unpower");
  return answers;
}

async function answerOf(connection: SmartCardConnection, command: string): Promise<string> {
  try {
    return toHex(await connection.transmit(fromHex(command)));
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

/** Waits until there is no reader any more. */
export async function noReader(context: SmartCardContext): Promise<void> {
  while ((await context.listReaders()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}
