import { IOCTL_CONTRACT, NTSTATUS, UNLISTED_IOCTL } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { behaviourOf, statusOfDifference } from "../src/behaviour.ts";
import { differences } from "../src/index.ts";
import { profilesPage } from "./profiles-page.ts";

test("docs/profiles.md is what the code says", async () => {
  await expect(await profilesPage()).toMatchFileSnapshot("../../../docs/profiles.md");
});

test("an entry without an actor has no two values, one of the reader has two", () => {
  for (const [name, { actor, documented, nfccx }] of Object.entries(differences())) {
    if (actor === "nobody") expect(documented, name).toBe(nfccx);
    if (actor === "reader") expect(documented, name).not.toBe(nfccx);
  }
});

test("where the contract names a difference, its own status is that of documented", () => {
  const behaviour = behaviourOf("documented");
  const breaches = [...Object.values(IOCTL_CONTRACT), UNLISTED_IOCTL].flatMap(({ checks, overflow }) => [
    ...checks,
    ...(overflow === undefined ? [] : [overflow]),
  ]);
  const named = breaches.filter(({ difference }) => difference !== undefined);
  expect(new Set(named.map(({ difference }) => difference)).size).toBe(4);
  for (const { difference, breach } of named) expect(statusOfDifference(difference!, behaviour)).toBe(breach);
  for (const { breach } of breaches) expect(NTSTATUS[breach]).toBeGreaterThan(0);
});
