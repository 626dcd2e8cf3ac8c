import { EXIT, type ExitCode } from "../exit-codes.ts";

/** What of a process this looks after. */
export interface OutputProcess {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly exit: (code: ExitCode) => void;
}

/** A stream whose writes fail later than they are made. */
export interface OutputStream {
  on(event: "error", listener: (error: Error) => void): unknown;
  write(text: string): unknown;
}

/**
 * Ends the command where its output cannot be written. Who reads it may have seen enough (`cardwire demo | head`), which is
 * no failure; a disk that is full is.
 */
export function endWithoutOutput({ stdout, stderr, exit }: OutputProcess): void {
  stdout.on("error", (error) => {
    const hasSeenEnough = isClosedPipe(error);
    if (!hasSeenEnough) stderr.write(`cardwire: The output cannot be written: ${error.message}.\n`);
    exit(hasSeenEnough ? EXIT.ok : EXIT.input);
  });
  // there is nobody left to tell, and the exit code says what went wrong
  stderr.on("error", () => undefined);
}

function isClosedPipe(error: Error): boolean {
  return "code" in error && error.code === "EPIPE";
}
