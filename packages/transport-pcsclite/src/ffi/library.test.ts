import { expect, test } from "vitest";
import { createPcscliteFfiContext, isMissingLibraryError } from "../ffi.ts";

test("a library that is not there is told with what to install, and looked for again", async () => {
  const context = createPcscliteFfiContext({ library: "libno-such-pcsclite.so.9" });
  for (let round = 0; round < 2; round++) {
    const error: unknown = await context.listReaders().catch((reason: unknown) => reason);
    expect(isMissingLibraryError(error)).toBe(true);
    expect(error).toMatchObject({ code: "LIBRARY_MISSING", fault: "host" });
    expect(String(error)).toContain("libno-such-pcsclite.so.9 cannot be loaded");
    expect(String(error)).toContain("apt install libpcsclite1");
  }
  await context.close();
});
