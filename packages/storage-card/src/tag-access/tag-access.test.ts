import { ACR122U_DIALECT, IDENTIV_DIALECT, SCM_DIALECT } from "@cardwire/apdu/pcsc";
import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { createTagAccess, isTagAccessError, TagAccessError, type TagConnection } from "../tag-access.ts";

/** A connection that expects APDUs in order and gives the answer beside each. */
function scripted(
  script: readonly (readonly [command: string, response: string])[],
): TagConnection & { left(): number } {
  const lines = [...script];
  return {
    left: () => lines.length,
    transmit(command) {
      const line = lines.shift();
      expect(toHex(command as Uint8Array)).toBe(line?.[0].replaceAll(" ", ""));
      return Promise.resolve(fromHex(line?.[1] ?? ""));
    },
  };
}

const start = "FFC20000 07 8003010000 8100 00";
const end = "FFC20000 02 8200 00";
const OK = "C003009000";
const windowsOk = "C003009000";

describe("a transparent session as PC/SC has it", () => {
  test("is opened and closed around a frame, which has its time", async () => {
    const connection = scripted([
      [start, `${OK} 8003010001 9000`],
      ["FFC20001 0A 5F4604 50C30000 9501 60 00", `${OK} 920100 96020000 9702AABB 9000`],
      [end, `${OK} 9000`],
    ]);
    const access = createTagAccess(connection);
    expect(await access.exchange(Uint8Array.of(0x60))).toEqual({ kind: "frame", data: fromHex("AABB"), lastBits: 8 });
    expect(connection.left()).toBe(0);
  });

  test("is opened once for several frames", async () => {
    const connection = scripted([
      [start, `${OK} 8003010001 9000`],
      ["FFC20001 0A 5F4604 E8030000 9501 60 00", `${OK} 920104 96020000 97010A 9000`],
      ["FFC20001 0A 5F4604 50C30000 9501 61 00", "C003026401 9000"],
      ["FFC20001 03 9301 62 00", `${OK} 9000`],
      [end, `${OK} 9000`],
    ]);
    const access = createTagAccess(connection);
    await access.together(async () => {
      expect(await access.exchange(Uint8Array.of(0x60), { timeoutUs: 1000 })).toMatchObject({ lastBits: 4 });
      expect(await access.exchange(Uint8Array.of(0x61))).toEqual({ kind: "failure", statusWord: 0x6401 });
      await access.send(Uint8Array.of(0x62));
    });
    expect(connection.left()).toBe(0);
  });

  test("goes without the version where the reader refuses to tell it", async () => {
    const connection = scripted([
      [start, "C003016A81 9000"],
      ["FFC20000 02 8100 00", `${OK} 9000`],
      [end, `${OK} 9000`],
    ]);
    await createTagAccess(connection).together(() => Promise.resolve());
    expect(connection.left()).toBe(0);
  });

  test("is closed when the work fails, whose reason is the one that counts", async () => {
    const connection = scripted([
      [start, `${OK} 8003010001 9000`],
      [end, "6F00"],
    ]);
    const failing = createTagAccess(connection).together(() => Promise.reject(new Error("no luck")));
    await expect(failing).rejects.toThrow("no luck");
    expect(connection.left()).toBe(0);
  });

  test("selects the tag again", async () => {
    for (const response of [`${OK} 8F0100 9000`, "C003016401 9000", "9000"]) {
      const connection = scripted([["FFC20002 04 8F020003 00", response]]);
      await createTagAccess(connection).reselect();
    }
    const refusing = createTagAccess(scripted([["FFC20002 04 8F020003 00", "C003016A81 9000"]]));
    await expect(refusing.reselect()).rejects.toMatchObject({ code: "READER_REFUSED" });
  });
});

describe("a transparent session as Windows has it", () => {
  test("is known by where the version stands; then there is no timer, no Le, and lengths are one byte", async () => {
    const long = "5A".repeat(196);
    const connection = scripted([
      [start, `8003010001 ${windowsOk} 9000`],
      ["FFC20001 03 9501 60", `97C4${long} ${windowsOk} 9000`],
      ["FFC20001 03 9501 61", "C00301 6A82 9000"],
      ["FFC20000 02 8200", `${windowsOk} 9000`],
    ]);
    const access = createTagAccess(connection);
    await access.together(async () => {
      expect(await access.exchange(Uint8Array.of(0x60))).toEqual({ kind: "frame", data: fromHex(long), lastBits: 8 });
      expect(await access.exchange(Uint8Array.of(0x61))).toEqual({ kind: "failure", statusWord: 0x6a82 });
    });
    expect(connection.left()).toBe(0);
  });

  test("has no object for sending alone: silence is then a failure that is welcome", async () => {
    const connection = scripted([
      [start, `8003010001 ${windowsOk} 9000`],
      ["FFC20001 06 9504 01000000", "C00301 6981 9000"],
      ["FFC20000 02 8200", `${windowsOk} 9000`],
    ]);
    await createTagAccess(connection).send(fromHex("01000000"));
    expect(connection.left()).toBe(0);
  });
});

describe("a reader", () => {
  test.each(["6A81", "6D00", "6E00", "6800", "6300"])("that answers %s has no transparent session", async (word) => {
    const access = createTagAccess(scripted([[start, word]]));
    expect(access.hasFrames).toBe(true);
    await expect(access.exchange(Uint8Array.of(0x60))).rejects.toMatchObject({ code: "NO_RAW_ACCESS" });
  });

  test.each([
    ["6F00", "READER_REFUSED"],
    ["C00301630090 00", "READER_REFUSED"],
  ])("that answers %s refuses", async (response, code) => {
    const connection: TagConnection = { transmit: () => Promise.resolve(fromHex(response)) };
    await expect(createTagAccess(connection).exchange(Uint8Array.of(0x60))).rejects.toMatchObject({ code });
  });

  test.each(["C0", "C00300", "9501609000", "9000"])("whose answer is broken is told: %s", async (response) => {
    const connection: TagConnection = { transmit: () => Promise.resolve(fromHex(`${response}9000`)) };
    await expect(createTagAccess(connection).exchange(Uint8Array.of(0x60))).rejects.toMatchObject({
      fault: "caller",
      name: "FormatError",
    });
  });

  test("of a kind without frames is not asked", async () => {
    const access = createTagAccess(scripted([]), { dialect: SCM_DIALECT });
    expect(access.hasFrames).toBe(false);
    await expect(access.exchange(Uint8Array.of(0x60))).rejects.toSatisfy((error) =>
      isTagAccessError(error, "NO_RAW_ACCESS"),
    );
    expect(createTagAccess(scripted([]), { dialect: IDENTIV_DIALECT, raw: "none" }).hasFrames).toBe(false);
  });
});

describe("a PN53x behind FF 00 00 00", () => {
  test("carries frames", async () => {
    const connection = scripted([
      ["FF000000 03 D44260", "D54300 AABB 9000"],
      ["FF000000 03 D44261", "D54301 9000"],
      ["FF000000 03 D44262", "D54302 9000"],
      ["FF000000 03 D44263", "D54301 9000"],
      ["FF000000 04 D44A0100", "D54B01 9000"],
    ]);
    const access = createTagAccess(connection, { dialect: ACR122U_DIALECT });
    expect(await access.exchange(Uint8Array.of(0x60))).toEqual({ kind: "frame", data: fromHex("AABB"), lastBits: 8 });
    expect(await access.exchange(Uint8Array.of(0x61))).toEqual({ kind: "failure", statusWord: 0x6401 });
    expect(await access.exchange(Uint8Array.of(0x62))).toEqual({ kind: "failure", statusWord: 0x6f00 });
    await access.send(Uint8Array.of(0x63));
    await access.reselect();
    expect(connection.left()).toBe(0);
  });

  test("that refuses is told", async () => {
    for (const response of ["6300", "D541009000"]) {
      const access = createTagAccess({ transmit: () => Promise.resolve(fromHex(response)) }, { raw: "pn53x" });
      await expect(access.exchange(Uint8Array.of(0x60))).rejects.toMatchObject({ code: "READER_REFUSED" });
    }
  });
});

test("errors are recognised in any copy of the package", () => {
  const error = new TagAccessError("NO_RAW_ACCESS", "x");
  expect(isTagAccessError(error)).toBe(true);
  expect(isTagAccessError(error, "READER_REFUSED")).toBe(false);
  expect(isTagAccessError(new Error("x"))).toBe(false);
});
