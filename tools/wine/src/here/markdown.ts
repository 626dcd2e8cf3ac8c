/** The report: Markdown on standard output, and what is counted in it. */
export class MarkdownReport {
  passed = 0;
  failed = 0;
  notTried = 0;

  heading(text: string): void {
    this.#write(`\n## ${text}\n`);
  }

  /** What was seen, without a verdict. */
  fact(name: string, value: unknown): void {
    this.#write(`- ${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  }

  /** A check that has a verdict. */
  async check(name: string, body: () => Promise<string | undefined>): Promise<void> {
    try {
      const seen = await body();
      this.passed++;
      this.#write(`- ok: ${name}${seen === undefined ? "" : ` (${seen})`}`);
    } catch (error) {
      this.failed++;
      this.#write(`- FAILED: ${name}: ${describe(error)}`);
    }
  }

  skip(name: string): void {
    this.notTried++;
    this.#write(`- not tried: ${name}`);
  }

  end(): void {
    this.#write(`\n${this.passed} passed, ${this.failed} failed, ${this.notTried} not tried`);
  }

  #write(line: string): void {
    process.stdout.write(`${line}\n`);
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
