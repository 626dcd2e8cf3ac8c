import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flush } from "./manual-clock.ts";
import { tagBench } from "./tag-bench.ts";

/** Twenty commands of a client: reads, writes, identification, a transparent session. */
const SESSION: readonly string[] = [
  "FFCA000000",
  "FFCA000007",
  "FFB0000010",
  "FFB0000410",
  "FFB0000810",
  "FFB0000C10",
  "FFD6002804DEADBEEF",
  "FFB0002810",
  "FFD6002904CAFEBABE",
  "FFB0002810",
  "FFC20000028100",
  "FFC2000103950160",
  "FFC200010495023004",
  "FFC20000028200",
  "FFB0001010",
  "FFB0001410",
  "FFD6002A0400000000",
  "FFB0002A10",
  "FFCA000000",
  "FFB0000410",
];

const unhandled: unknown[] = [];
const collect = (reason: unknown): void => void unhandled.push(reason);
beforeAll(() => void process.on("unhandledRejection", collect));
afterAll(() => {
  process.off("unhandledRejection", collect);
  expect(unhandled).toEqual([]);
});

/** o: done. t: a transparent exchange failed. x: the exchange failed. n: NO_MEDIA. */
function kindOf(result: string): string {
  if (result === "NO_MEDIA") return "n";
  if (result === "6981") return "x";
  if (/^C00301(6401|6981)9000$/.test(result)) return "t";
  return result.endsWith("9000") ? "o" : `[${result}]`;
}

/**
 * The command that meets the empty field fails, and from then on there is no card. In documented a transparent exchange
 * without an answer is the application's business: the next command outside of the session finds the card gone.
 */
const EXPECTED = { nfccx: /^o*[tx]n*$/, documented: /^o*(t+o*)?xn*$/ };

async function exchangesOfSession(profile: "documented" | "nfccx"): Promise<number> {
  const { field, tag, io, transmit } = await tagBench(profile);
  field.put(tag);
  await io("IS_PRESENT");
  await flush();
  const before = field.exchangeCount;
  for (const command of SESSION) expect(await transmit(command)).toMatch(/9000$/);
  return field.exchangeCount - before;
}

describe.each(["documented", "nfccx"] as const)("a tag pulled in the middle of twenty commands: %s", (profile) => {
  test.each(["before-request", "before-reply"] as const)("at every exchange, %s", async (moment) => {
    const exchanges = await exchangesOfSession(profile);
    expect(exchanges).toBeGreaterThan(12);
    for (let pullAt = 0; pullAt < exchanges; pullAt++) {
      const { field, tag, io, transmit, clock, reader } = await tagBench(profile);
      field.put(tag);
      await io("IS_PRESENT");
      await flush();
      field.pullAfter(pullAt, moment);
      const absent = io("IS_ABSENT");
      const results: string[] = [];
      for (const command of SESSION) results.push(await transmit(command));
      expect(results.map(kindOf).join(""), `exchange ${pullAt}`).toMatch(EXPECTED[profile]);
      expect((await absent).status).toBe("SUCCESS");
      await reader.close();
      expect(clock.timerCount).toBe(0);
    }
  });

  test("between two commands, the next presence check finds out", async () => {
    const { field, tag, io, clock } = await tagBench(profile);
    field.put(tag);
    await io("IS_PRESENT");
    const absent = io("IS_ABSENT");
    field.remove(tag);
    await clock.advance(200);
    expect((await absent).status).toBe("SUCCESS");
    const again = io("IS_PRESENT");
    field.put(tag);
    expect((await again).status).toBe("SUCCESS");
  });
});
