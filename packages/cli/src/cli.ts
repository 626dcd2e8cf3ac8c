import { endWithoutOutput } from "./output/stream-errors.ts";
import { createProcessIo } from "./process-io.ts";
import { runCli } from "./run-cli.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => {
  interrupt.abort();
});
process.once("SIGTERM", () => {
  interrupt.abort();
});
endWithoutOutput(process);

void runCli(process.argv.slice(2), createProcessIo(interrupt.signal)).then((code) => {
  process.exitCode = code;
});
