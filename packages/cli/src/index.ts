/**
 * The cardwire command: readers, watch, read, apdu and a demo without hardware.
 * @packageDocumentation
 */
export { EXIT, type ExitCode } from "./exit-codes.ts";
export { type CliIo } from "./io.ts";
export { createProcessIo } from "./process-io.ts";
export { runCli } from "./run-cli.ts";
