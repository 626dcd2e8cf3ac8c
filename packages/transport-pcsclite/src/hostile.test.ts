import { isCardwireError, isSmartCardOtherError } from "@cardwire/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fakeCard, GET_UID } from "../test/fake-card.ts";
import { DAEMON_KINDS, FakePcscd } from "../test/fake-pcscd.ts";
import { hostileSessions } from "../test/hostile-sessions.ts";
import { createPcscliteContext, type PcscliteContext } from "./index.ts";

let daemon: FakePcscd;
let context: PcscliteContext;

async function start(name: string): Promise<void> {
  daemon = new FakePcscd(DAEMON_KINDS.find((kind) => kind.name === name)!);
  const reader = daemon.addReader("Reader");
  reader.attributes.set(1, Uint8Array.of(1));
  daemon.insert(reader, fakeCard);
  await daemon.start();
  context = createPcscliteContext({ socketPath: daemon.socketPath });
}

beforeEach(() => start("2.5.1"));
afterEach(async () => {
  await context.close();
  await daemon.dispose();
});

/** Changes one word of the answers to a command. */
function forge(command: number, offset: number, value: number): void {
  daemon.onAnswer = (answer, answered) => {
    if (answered === command) answer.writeUInt32LE(value >>> 0, offset);
    return answer;
  };
}

async function malformed(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  expect(isSmartCardOtherError(error) && error.symbol).toBe("SCARD_F_COMM_ERROR");
  return String(error);
}

test("a length over the limit is refused, and names message and field", async () => {
  const { connection } = await context.connect("Reader", "shared");
  forge(0x09, 24, 65_549);
  expect(await malformed(connection.transmit(GET_UID))).toContain(
    "answer to TRANSMIT is malformed: pcbRecvLength at offset 24: 65549 is over 65548",
  );
  const second = await context.connect("Reader", "shared");
  forge(0x0f, 272, 0xffff_ffff);
  expect(await malformed(second.connection.getAttribute(1))).toContain(
    "GET_ATTRIB is malformed: cbAttrLen at offset 272",
  );
  forge(0x16, 0, 0x7fff_ffff);
  expect(await malformed(context.listReaders())).toContain("GET_READERS_STATE_SIZE is malformed: size");
});

test("an array without an end is refused", async () => {
  await context.close();
  await daemon.dispose();
  await start("1.9.9");
  daemon.onAnswer = (answer, command) => (command === 0x12 ? Buffer.alloc(184 * 1100, 0x41) : answer);
  expect(await malformed(context.listReaders())).toContain("more than 1024 slots");
});

test("bytes that nobody asked for are refused", async () => {
  await context.listReaders();
  const { connection } = await context.connect("Reader", "shared");
  daemon.onAnswer = (answer, command) => (command === 0x09 ? Buffer.concat([answer, Buffer.alloc(3)]) : answer);
  await connection.transmit(GET_UID).catch(() => undefined);
  expect(await malformed(connection.transmit(GET_UID))).toContain("3 bytes that nobody asked for");
});

test("a signal that is none is refused", async () => {
  daemon.onAnswer = (answer, command) => (command === 0 ? Buffer.alloc(8, 9) : answer);
  const waiting = context.getStatusChange([{ readerName: "Reader", currentState: { present: true } }]);
  const outcome = malformed(waiting);
  while (!daemon.commands.includes(0x13)) await new Promise((resolve) => setTimeout(resolve, 1));
  daemon.signal();
  expect(await outcome).toContain("WAIT_READER_STATE_CHANGE is malformed: timeOut");
});

test("whatever a daemon sends, every call ends, with a value or an error of ours", async () => {
  const outcomes = await hostileSessions({ answers: 600, seed: 1 });
  expect(outcomes.answers).toBeGreaterThanOrEqual(600);
  expect(outcomes.strangers.filter((error) => !isCardwireError(error))).toEqual([]);
  expect(outcomes.mutated).toBeGreaterThan(60);
});
