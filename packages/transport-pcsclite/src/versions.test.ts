import { isSmartCardOtherError } from "@cardwire/core";
import { afterEach, describe, expect, test } from "vitest";
import { fakeCard, GET_UID, UID_ANSWER } from "../test/fake-card.ts";
import { DAEMON_KINDS, type FakeDaemonKind, FakePcscd } from "../test/fake-pcscd.ts";
import { createPcscliteContext, type PcscliteContext } from "./index.ts";

let daemon: FakePcscd;
let context: PcscliteContext;

async function start(kind: FakeDaemonKind): Promise<void> {
  daemon = new FakePcscd(kind);
  await daemon.start();
  context = createPcscliteContext({ socketPath: daemon.socketPath });
}

afterEach(async () => {
  await context.close();
  await daemon.dispose();
});

const kind = (name: string): FakeDaemonKind => DAEMON_KINDS.find((candidate) => candidate.name === name)!;

describe.each(DAEMON_KINDS.map((candidate) => [candidate.name, candidate] as const))("pcscd %s", (_, candidate) => {
  test.each([Infinity, 1, 7])("answers in pieces of %s bytes", async (pieceLength) => {
    await start(candidate);
    daemon.pieceLength = pieceLength;
    const first = daemon.addReader("First");
    const second = daemon.addReader("Zwöltes Lesegerät");
    expect(await context.listReaders()).toEqual(["First", "Zwöltes Lesegerät"]);
    daemon.removeReader(first);
    expect(await context.listReaders()).toEqual(["Zwöltes Lesegerät"]);

    const waiting = context.getStatusChange([{ readerName: second.name, currentState: { empty: true } }]);
    // the wait is on: what comes now must be told
    while (!daemon.commands.includes(0x13)) await new Promise((resolve) => setTimeout(resolve, 1));
    daemon.insert(second, fakeCard);
    const [state] = await waiting;
    expect(state).toMatchObject({ eventCount: 1, answerToReset: fakeCard.atr, eventState: { present: true } });

    const { connection, activeProtocol } = await context.connect(second.name, "shared");
    expect(activeProtocol).toBe("t1");
    expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
    expect(await connection.status()).toEqual({ readerName: second.name, state: "t1", answerToReset: fakeCard.atr });
  });

  test("tells every change to several that wait, round after round", async () => {
    await start(candidate);
    const reader = daemon.addReader("Reader");
    let present = false;
    for (let round = 0; round < 6; round++) {
      const asked = [{ readerName: "Reader", currentState: { present, empty: !present }, currentCount: round }];
      const waiting = [context.getStatusChange(asked), context.getStatusChange(asked)];
      if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
      if (present) daemon.remove(reader);
      else daemon.insert(reader, fakeCard);
      present = !present;
      for (const states of await Promise.all(waiting))
        expect(states[0]).toMatchObject({ eventCount: round + 1, eventState: { present } });
    }
  });
});

test("negotiates as the daemon's version needs it, and no more", async () => {
  const asked: Record<string, number> = {};
  for (const candidate of DAEMON_KINDS) {
    await start(candidate);
    await context.listReaders();
    asked[candidate.name] = daemon.commands.filter((command) => command === 0x11).length;
    await context.close();
    await daemon.dispose();
  }
  // one more ends the probe of the slots before 4.6
  expect(asked).toEqual({
    "1.8.10": 3,
    "1.9.9": 3,
    "2.3.3": 3,
    "2.3.3 of Fedora": 3,
    "2.4.1": 2,
    "2.5.1": 1,
    "one to come that takes no older client": 2,
  });
  await start(kind("1.9.9"));
});

test.each([
  ["4.2", { name: "1.8.6", minor: 2, accepts: [], slots: 16 }, undefined],
  ["5.0", kind("1.9.9"), Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 0x1e, 0, 0x10, 0x80])],
])("a daemon that speaks %s is refused with both numbers", async (version, candidate, answer) => {
  await start(candidate);
  if (answer !== undefined) daemon.onAnswer = () => answer;
  const error: unknown = await context.listReaders().catch((reason: unknown) => reason);
  expect(isSmartCardOtherError(error) && error).toMatchObject({
    name: "InvalidStateError",
    rawCode: 0x8010_001e,
    message: `pcscd speaks version ${version} of its protocol and refuses 4.6`,
  });
  await expect(context.connect("Reader", "shared")).rejects.toThrow(version);
});

test("an array that grows between its size and itself is asked for again", async () => {
  await start(kind("2.5.1"));
  daemon.addReader("Reader");
  let sizes = 0;
  daemon.onAnswer = (answer, command) => {
    // the first time, the size answered is that of before the array has grown
    if (command === 0x16 && sizes++ === 0) answer.writeUInt32LE(daemon.kind.slots - 1, 0);
    return answer;
  };
  expect(await context.listReaders()).toEqual(["Reader"]);
  expect(sizes).toBe(4);
});

test("an array that never has the same size is given up", async () => {
  await start(kind("2.5.1"));
  let size = 1;
  daemon.onAnswer = (answer, command) => {
    if (command === 0x16) answer.writeUInt32LE(size++, 0);
    return answer;
  };
  await expect(context.listReaders()).rejects.toThrow("GET_READERS_STATE_SIZE");
});

test("a daemon of another version after a restart is met afresh", async () => {
  await start(kind("1.9.9"));
  daemon.addReader("Old");
  expect(await context.listReaders()).toEqual(["Old"]);
  await daemon.stop();
  const replaced = Object.assign(daemon, { kind: kind("2.3.3 of Fedora") });
  await replaced.start();
  expect(await context.listReaders()).toEqual(["Old"]);
  daemon.insert(daemon.readers[0]!, fakeCard);
  const { connection } = await context.connect("Old", "shared");
  expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
});
