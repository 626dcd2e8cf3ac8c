import { afterEach, beforeEach, vi } from "vitest";

// A library that prints is a library that surprises: any console output in a test fails it.
const methods = ["log", "info", "warn", "error", "debug"] as const;
let printed: string[] = [];

beforeEach(() => {
  printed = [];
  for (const method of methods)
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
      printed.push(`console.${method}(${values.map(String).join(", ")})`);
    });
});

afterEach(() => {
  vi.restoreAllMocks();
  if (printed.length > 0) throw new Error(`the test printed: ${printed.join("; ")}`);
});
