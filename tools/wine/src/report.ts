import { writeFileSync } from "node:fs";
import type { Limit } from "./limits.ts";

/** What came of one case on one path. */
export interface CaseResult {
  readonly suite: string;
  readonly case: string;
  /** "limit": it failed in the way that Wine makes it fail. */
  readonly outcome: "ok" | "limit" | "failed";
  /** Of a limit its reason, of a failure what was thrown. */
  readonly detail?: string;
  readonly ms: number;
}

const CASE_LIMIT_MS = 15_000;

/** Runs cases one after the other, and keeps what came of them. */
export class Report {
  readonly #results: CaseResult[] = [];
  readonly #limits: readonly Limit[];

  /** @param limits what cannot work here, and how it fails. */
  constructor(limits: readonly Limit[]) {
    this.#limits = limits;
  }

  async run(suite: string, name: string, body: () => Promise<void>, limitMs: number = CASE_LIMIT_MS): Promise<void> {
    const start = performance.now();
    const limit = this.#limits.find((one) => one.case === name || one.case === suite);
    let outcome: CaseResult["outcome"] = "ok";
    let detail: string | undefined;
    try {
      await withinLimit(body(), limitMs);
      if (limit?.case === name && limit.sometimes !== true) {
        outcome = "failed";
        detail = `passes, though ${limit.reason}`;
      }
    } catch (error) {
      detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (limit?.error.test(detail) === true) {
        outcome = "limit";
        detail = limit.reason;
      } else {
        outcome = "failed";
        if (error instanceof Error) detail = error.stack ?? detail;
      }
    }
    const ms = Math.round(performance.now() - start);
    this.#results.push({ suite, case: name, outcome, ms, ...(detail === undefined ? {} : { detail }) });
    console.log(`${outcome} ${ms} ms ${suite}: ${name}${detail === undefined ? "" : `: ${detail}`}`);
  }

  /** Every limit must have been met: one whose case is gone says nothing any more. */
  write(file: string): void {
    for (const { case: name } of this.#limits)
      if (!this.#results.some((one) => one.case === name || one.suite === name))
        this.#results.push({ suite: "limits", case: name, outcome: "failed", detail: "there is no such case", ms: 0 });
    writeFileSync(file, JSON.stringify(this.#results));
  }
}

function withinLimit(work: Promise<void>, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`not at its end within ${limitMs} ms`));
    }, limitMs);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
