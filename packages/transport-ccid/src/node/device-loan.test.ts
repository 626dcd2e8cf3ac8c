import { expect, test } from "vitest";
import { DeviceLoan } from "./device-loan.ts";

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

test("transfers run beside each other, a change alone, and none is overtaken for ever", async () => {
  const loan = new DeviceLoan();
  const told: string[] = [];
  const [first, second] = [gate(), gate()];
  const run = (name: string, end: Promise<void>) => async (): Promise<string> => {
    told.push(`${name} begins`);
    await end;
    told.push(`${name} ends`);
    return name;
  };
  const all = [
    loan.transfer(run("read", first.passed)),
    loan.transfer(run("write", Promise.resolve())),
    loan.change(run("claim", second.passed)),
    loan.change(run("release", Promise.resolve())),
    loan.transfer(run("late read", Promise.resolve())),
  ];
  await all[1];
  expect(told).toEqual(["read begins", "write begins", "write ends"]);
  first.open();
  await all[0];
  second.open();
  expect(await Promise.all(all)).toEqual(["read", "write", "claim", "release", "late read"]);
  expect(told.slice(3)).toEqual([
    "read ends",
    ...["claim begins", "claim ends", "release begins", "release ends"],
    ...["late read begins", "late read ends"],
  ]);
});

test("what fails, or throws at once, gives the device back", async () => {
  const loan = new DeviceLoan();
  const fail = (): Promise<never> => Promise.reject(new Error("failed"));
  const explode = (): Promise<never> => {
    throw new Error("thrown");
  };
  for (const kind of ["transfer", "change"] as const) {
    await expect(loan[kind](fail)).rejects.toThrow("failed");
    await expect(loan[kind](explode)).rejects.toThrow("thrown");
  }
  expect(await loan.change(() => Promise.resolve("free"))).toBe("free");
});
