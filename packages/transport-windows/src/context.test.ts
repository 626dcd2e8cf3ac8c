import { isCardwireError } from "@cardwire/core";
import { expect, test } from "vitest";
import { createWindowsContext, isNotWindowsError, NotWindowsError } from "./index.ts";

test("elsewhere the first call says where to look", async () => {
  const context = createWindowsContext({ keepTransactionsAlive: true });
  const error: unknown = await context.listReaders().catch((reason: unknown) => reason);
  expect(isNotWindowsError(error)).toBe(true);
  expect(error).toMatchObject({ code: "NOT_WINDOWS", fault: "host" });
  expect(String(error)).toContain("@cardwire/transport-pcsclite");
  await expect(context.watch().next()).rejects.toBeInstanceOf(NotWindowsError);
  await context.close();
});

test("the predicates know their own", () => {
  expect(isNotWindowsError(new NotWindowsError())).toBe(true);
  expect(isCardwireError(new NotWindowsError())).toBe(true);
  expect(isNotWindowsError(new Error("another"))).toBe(false);
});
