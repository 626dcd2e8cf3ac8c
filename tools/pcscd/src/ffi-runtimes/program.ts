/** program session|copies FILE…|workers|idle|exit|soak: does it, and prints what came of it. */
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
      await context.listReaders();
      const [readerName = ""] = await context.listReaders();
      await context.connect(readerName, "shared");
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
