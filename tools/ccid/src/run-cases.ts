/** One thing to try. */
export interface Case {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * Runs cases one after the other and tells of each on a line of its own, then of all on one that begins with CASE. Gives
 * the number of those that failed.
 */
export async function runCases(group: string, cases: readonly Case[]): Promise<number> {
  let failed = 0;
  let missing = 0;
  const unhandled: unknown[] = [];
  process.on("unhandledRejection", (reason) => unhandled.push(reason));
  for (const { name, run } of cases) {
    const start = performance.now();
    let why: unknown;
    try {
      await run();
      why = unhandled.shift();
    } catch (error) {
      why = error;
    }
    const took = `${Math.round(performance.now() - start)} ms`;
    if (name.startsWith("[not available")) missing++;
    if (why === undefined) console.log(`  ok      ${name} (${took})`);
    else {
      failed++;
      console.log(`  FAILED  ${name} (${took}): ${describe(why)}`);
      if (why instanceof Error && why.cause !== undefined) console.log("          caused by", why.cause);
    }
  }
  const passed = cases.length - failed - missing;
  const beside = missing === 0 ? "" : `, ${missing} not available`;
  console.log(`CASE ${failed === 0 ? "ok" : "FAILED"} ${group}: ${passed} of ${cases.length - missing}${beside}`);
  return failed;
}

function describe(error: unknown): string {
  if (error instanceof Error) return error.stack ?? error.message;
  return typeof error === "string" ? error : JSON.stringify(error);
}
