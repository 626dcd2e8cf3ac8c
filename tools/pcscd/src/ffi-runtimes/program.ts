/** program session|copies FILE…|workers|idle|exit|soak|blocked A B: does it, and prints what came of it. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { createPcscliteFfiContext } from "@cardwire/transport-pcsclite/ffi";
import { type FfiSessionReport, openFiles, session } from "./session.ts";

const THREADS = 4;
const TRANSMITS = 50;

function inThread(): Promise<FfiSessionReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url));
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** Tells the test that it may end what blocks. */
function parentReady(): void {
  process.stderr.write("ready");
}

function print(value: unknown): void {
  process.stdout.write(JSON.stringify(value));
}

async function main(mode: string | undefined, files: readonly string[]): Promise<void> {
  switch (mode) {
    case "session":
      print(await session(TRANSMITS));
      break;
    case "copies": {
      const copies = await Promise.all(files.map((file) => import(file) as Promise<{ session: typeof session }>));
      print(await Promise.all(copies.map((copy) => copy.session(TRANSMITS))));
      break;
    }
    case "workers":
      print(await Promise.all([...Array.from({ length: THREADS }, () => inThread()), session(TRANSMITS)]));
      break;
    case "idle": {
      // left open: the process has to end all the same
      const context = createPcscliteFfiContext();
      const [readerName = ""] = await context.listReaders();
      await context.connect(readerName, "direct");
      process.once("beforeExit", () => print("nothing left to do"));
      break;
    }
    case "exit": {
      const context = createPcscliteFfiContext();
      for await (const { type } of context.watch())
        if (type === "card-inserted")
          // the watch waits in a thread by now, or is about to
          setTimeout(() => {
            print("told to end");
            process.exit(0);
          }, 100);
      break;
    }
    case "blocked": {
      // somebody else has a transaction on the first reader's card
      const [blocked = "", free = ""] = files;
      const order: string[] = [];
      await using context = createPcscliteFfiContext();
      const connects = Array.from({ length: 8 }, async () => {
        await context.connect(blocked, "shared");
        if (order.at(-1) !== "connected") order.push("connected");
      });
      const { connection } = await context.connect(free, "shared");
      await connection.startTransaction(async () => {
        await connection.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0));
      });
      order.push("another reader");
      await readFile(fileURLToPath(import.meta.url));
      order.push("a file");
      parentReady();
      await Promise.all(connects);
      print(order);
      break;
    }
    case "soak": {
      await session(1);
      const before = openFiles();
      for (let round = 0; round < 20; round++) await session(TRANSMITS);
      print({ more: openFiles() - before });
      break;
    }
  }
}

if (isMainThread) await main(process.argv[2], process.argv.slice(3));
else parentPort?.postMessage(await session(TRANSMITS));
