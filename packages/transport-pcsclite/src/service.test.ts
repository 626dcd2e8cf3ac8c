import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { isSmartCardError, type SmartCardEvent } from "@cardwire/core";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCard, GET_UID, SLOW, UID_ANSWER } from "../test/fake-card.ts";
import { DAEMON_KINDS, FakePcscd, type FakeReader } from "../test/fake-pcscd.ts";
import { unreachable } from "./errors.ts";
import { createPcscliteContext, type PcscliteContext } from "./index.ts";

let daemon: FakePcscd;
let reader: FakeReader;
let context: PcscliteContext;

beforeEach(async () => {
  daemon = new FakePcscd(DAEMON_KINDS.find(({ name }) => name === "1.9.9")!);
  reader = daemon.addReader("Reader");
  await daemon.start();
  context = createPcscliteContext({ socketPath: daemon.socketPath });
});
afterEach(async () => {
  await context.close();
  await daemon.dispose();
});

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no failure",
    (reason: unknown) => reason,
  );

describe("pcscd is not there", () => {
  test("no socket: the path, and how to start it", async () => {
    const missing = createPcscliteContext({ socketPath: `${daemon.socketPath}.missing` });
    for (const call of [
      missing.listReaders(),
      missing.connect("Reader", "shared"),
      missing.getStatusChange([UNAWARE]),
    ]) {
      const error = await failure(call);
      expect(isSmartCardError(error, "no-service") && error).toMatchObject({ rawCode: 0x8010_001d });
      expect(String(error)).toContain(`there is no socket at ${daemon.socketPath}.missing`);
      expect(String(error)).toContain("PCSCLITE_CSOCK_NAME");
      expect(String(error)).toContain("systemctl start pcscd.socket");
    }
  });

  test("a socket that nobody listens at", async () => {
    await daemon.stop();
    writeFileSync(`${daemon.socketPath}.stale`, "");
    const stale = createPcscliteContext({ socketPath: `${daemon.socketPath}.stale` });
    const error = await failure(stale.listReaders());
    expect(isSmartCardError(error, "no-service")).toBe(true);
    expect(String(error)).toContain("nobody listens");
  });

  test("permission denied is told apart", () => {
    const denied = unreachable("/run/pcscd/pcscd.comm", Object.assign(new Error("no"), { code: "EACCES" }));
    expect(denied).toMatchObject({ responseCode: "no-service", symbol: "SCARD_W_SECURITY_VIOLATION" });
    expect(denied.message).toContain("permission denied");
    expect(denied.message).toContain('"chmod 666 /run/pcscd/pcscd.comm"');
    expect(unreachable("/x", Object.assign(new Error("no"), { code: "ELOOP" })).message).toContain("/x: ELOOP");
  });

  test("a daemon that hangs up at once has its rules", async () => {
    const path = `${daemon.socketPath}.polkit`;
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const refused = createPcscliteContext({ socketPath: path });
    const error = await failure(refused.listReaders());
    expect(isSmartCardError(error, "no-service") && error).toMatchObject({ symbol: "SCARD_W_SECURITY_VIOLATION" });
    expect(String(error)).toContain("polkit");
    server.close();
  });

  test("the environment names the socket", async () => {
    const before = process.env["PCSCLITE_CSOCK_NAME"];
    process.env["PCSCLITE_CSOCK_NAME"] = daemon.socketPath;
    const named = createPcscliteContext();
    expect(await named.listReaders()).toEqual(["Reader"]);
    await named.close();
    if (before === undefined) delete process.env["PCSCLITE_CSOCK_NAME"];
    else process.env["PCSCLITE_CSOCK_NAME"] = before;
  });
});

const UNAWARE = { readerName: "Reader", currentState: {} };

describe("pcscd dies", () => {
  test("everything that waits rejects with no-service, and what comes after it finds the next one", async () => {
    daemon.insert(reader, fakeCard);
    const { connection } = await context.connect("Reader", "shared");
    const waiting = [
      connection.transmit(SLOW),
      connection.transmit(GET_UID),
      connection.status(),
      connection.startTransaction(() => Promise.resolve()),
      context.getStatusChange([{ readerName: "Reader", currentState: { present: true } }]),
    ];
    const outcomes = Promise.all(waiting.map(failure));
    while (!daemon.commands.includes(0x13) || !daemon.commands.includes(0x09))
      await new Promise((resolve) => setTimeout(resolve, 1));
    await daemon.stop();
    for (const outcome of await outcomes) expect(isSmartCardError(outcome, "no-service")).toBe(true);

    await daemon.start();
    const stale = await failure(connection.transmit(GET_UID));
    expect(isSmartCardError(stale, "no-service")).toBe(true);
    await connection.disconnect();
    const again = await context.connect("Reader", "shared");
    expect(await again.connection.transmit(GET_UID)).toEqual(UID_ANSWER);
  });

  test.each([0x11, 0x12, 0x01, 0x04, 0x09])("when it should answer command %i", async (fatal) => {
    daemon.insert(reader, fakeCard);
    let deadly = true;
    daemon.onAnswer = (answer, command) => {
      if (!deadly || command !== fatal) return answer;
      deadly = false;
      void daemon.stop();
      return undefined;
    };
    const session = async (): Promise<unknown> => {
      const { connection } = await context.connect("Reader", "shared");
      return connection.transmit(GET_UID);
    };
    expect(isSmartCardError(await failure(session()), "no-service")).toBe(true);
    await daemon.start();
    expect(await session()).toEqual(UID_ANSWER);
  });

  test("in the middle of an answer: what was missing is named", async () => {
    daemon.insert(reader, fakeCard);
    const { connection } = await context.connect("Reader", "shared");
    daemon.onAnswer = (answer, command) => {
      if (command !== 0x09) return answer;
      setTimeout(() => void daemon.stop(), 5);
      return answer.subarray(0, 12);
    };
    const error = await failure(connection.transmit(GET_UID));
    expect(isSmartCardError(error, "no-service")).toBe(true);
    expect(String(error)).toContain("after 12 bytes of its answer to TRANSMIT");
  });

  test("watch tells it, and goes on", async () => {
    const events: SmartCardEvent[] = [];
    const iterator = context.watch();
    const until = async (type: SmartCardEvent["type"]): Promise<void> => {
      for (;;) {
        const result: IteratorResult<SmartCardEvent, undefined> = await iterator.next();
        if (result.done === true) throw new Error("the watch has ended");
        events.push(result.value);
        if (result.value.type === type) return;
      }
    };
    daemon.insert(reader, fakeCard);
    await until("card-inserted");
    await daemon.stop();
    await until("service-lost");
    await daemon.start();
    await until("card-inserted");
    await iterator.return?.();
    expect(events.map(({ type }) => type)).toEqual([
      "reader-attached",
      "card-inserted",
      "card-removed",
      "reader-detached",
      "service-lost",
      "service-restored",
      "reader-attached",
      "card-inserted",
    ]);
  });
});

describe("a process that leaves everything open", () => {
  /** Runs a program of its own, which finds `context`, and gives what it printed when it has ended by itself. */
  async function run(program: string): Promise<string> {
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { createPcscliteContext } from "./index.ts";
          const context = createPcscliteContext({ socketPath: ${JSON.stringify(daemon.socketPath)} });
          ${program}`,
        resolveDir: import.meta.dirname,
        loader: "ts",
      },
      bundle: true,
      write: false,
      platform: "node",
      format: "esm",
      conditions: ["@cardwire/source"],
    });
    const child = spawn(process.execPath, ["--input-type=module", "-"], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(outputFiles[0]?.contents);
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    await once(child, "close");
    return printed;
  }

  test("ends when no call is waited for", async () => {
    daemon.insert(reader, fakeCard);
    const printed = await run(`
      const { connection } = await context.connect("Reader", "shared");
      await context.getStatusChange([{ readerName: "Reader", currentState: { present: true } }], { timeout: 20 })
        .catch((error) => console.log(error.symbol));
      console.log(await context.listReaders(), (await connection.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0))).length);
    `);
    expect(printed).toBe("SCARD_E_TIMEOUT\n[ 'Reader' ] 6\n");
  });

  test("lives while one is", async () => {
    daemon.insert(reader, fakeCard);
    const removed = (async () => {
      while (!daemon.commands.includes(0x13)) await new Promise((resolve) => setTimeout(resolve, 1));
      setTimeout(() => {
        daemon.remove(reader);
      }, 50);
    })();
    const printed = await run(`
      for await (const { type } of context.watch()) {
        console.log(type);
        if (type === "card-removed") break;
      }
    `);
    await removed;
    expect(printed).toBe("reader-attached\ncard-inserted\ncard-removed\n");
  });
});
