import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** Writing ended before it was done; the cause says why. */
export class WriteStopped extends CliError {
  /** Places that were written. */
  readonly written: readonly string[];
  /** Places that were not; the first of them may be half written. */
  readonly notWritten: readonly string[];

  constructor(written: readonly string[], notWritten: readonly string[], cause: unknown) {
    super(`writing stopped at ${notWritten[0] ?? "the end"}`, EXIT.card, { cause });
    this.written = written;
    this.notWritten = notWritten;
  }

  /** What to say where the card refused the write. */
  get refusal(): string {
    const done = `${this.written.length} of ${this.written.length + this.notWritten.length} writes were done`;
    return `${done}, then the card did not take ${this.notWritten[0] ?? "one"}: it may be locked or protected there`;
  }
}
