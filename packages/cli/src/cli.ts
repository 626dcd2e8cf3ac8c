import { createProcessIo } from "./process-io.ts";
import { runCli } from "./run-cli.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => {
  interrupt.abort();
});
process.once("SIGTERM", () => {
  interrupt.abort();
});
// the reader of our output may have seen enough (`cardwire demo | head`)
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

void runCli(process.argv.slice(2), createProcessIo(interrupt.signal)).then((code) => {
  process.exitCode = code;
});
