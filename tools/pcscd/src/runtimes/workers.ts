/** workers SOCKET: a session in each of four worker threads at once, and one beside them. Prints what they saw. */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { session, type SessionReport } from "./session.ts";

const THREADS = 4;

function inThread(socketPath: string): Promise<SessionReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: socketPath });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

if (isMainThread) {
  const path = process.argv[2] ?? "";
  const reports = await Promise.all([...Array.from({ length: THREADS }, () => inThread(path)), session(path)]);
  process.stdout.write(JSON.stringify(reports));
} else parentPort?.postMessage(await session(workerData as string));
