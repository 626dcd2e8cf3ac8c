import { readFileSync } from "node:fs";
import { fromHex } from "@cardwire/core";

/** One answer to reset of a real card, and what an independent strict parser said of it. */
export interface RealAtr {
  readonly hex: string;
  readonly bytes: Uint8Array;
  /** T of each TD byte, in order. */
  readonly protocols: readonly number[];
  /** undefined when that parser gave up. */
  readonly historicalBytes: string | undefined;
  readonly surplus: number | undefined;
  readonly verdict: "ok" | "no-tck" | "truncated";
}

const VERDICTS = ["ok", "no-tck", "truncated"] as const;

function readLine(line: string): RealAtr {
  const [hex = "", protocols = "", place = "", surplus = "", verdict = ""] = line.split(" ");
  const [offset = 0, length = 0] = place.split("+").map(Number);
  const known = VERDICTS.find((value) => value === verdict);
  if (known === undefined) throw new Error(`no verdict: ${line}`);
  return {
    hex,
    bytes: fromHex(hex),
    protocols: protocols === "-" ? [] : protocols.split(",").map(Number),
    historicalBytes: place === "-" ? undefined : hex.slice(offset * 2, (offset + length) * 2),
    surplus: surplus === "-" ? undefined : Number(surplus),
    verdict: known,
  };
}

/** All of them, read from the fixture once per test file. */
export const realAtrs: readonly RealAtr[] = readFileSync(new URL("fixtures/real-atrs.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map(readLine);
