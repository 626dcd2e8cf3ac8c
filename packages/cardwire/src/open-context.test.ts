import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTag } from "@cardwire/virtual";
import { ntag213WithText } from "@cardwire/virtual/samples";
import { afterEach, expect, test } from "vitest";
import { isNoTransportError, NoTransportError } from "./no-transport-error.ts";
import { openContext } from "./open-context.ts";
import { readersSeen } from "./readers-seen.ts";
import { taps } from "./taps.ts";

const folders: string[] = [];
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "cardwire-"));
  folders.push(path);
  return path;
}
afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true });
});

test("openContext gives a virtual reader that ends with its context", async () => {
  const context = await openContext({ transport: "virtual", virtual: { tags: [loadTag(ntag213WithText())] } });
  expect(await context.listReaders()).toEqual(["cardwire NFC 0"]);
  await context.close();
  await context.close();
  await expect(context.listReaders()).rejects.toMatchObject({ name: "InvalidStateError" });
});

test("says what to do where there is no pcscd", async () => {
  const opening = openContext({ transport: "pcsclite", pcsclite: { socketPath: "/nowhere/pcscd.comm" } });
  await expect(opening).rejects.toMatchObject({ name: "NoTransportError", code: "NO_SERVICE", fault: "host" });
  await expect(opening).rejects.toThrow(/\/nowhere\/pcscd\.comm.*apt install pcscd/);
});

test("says what to do where pcscd does not let this user", async () => {
  const socketPath = join(await folder(), "pcscd.comm");
  const server = createServer((socket) => socket.destroy()).listen(socketPath);
  await new Promise((resolve) => server.once("listening", resolve));
  const iterating = taps({ transport: "pcsclite", pcsclite: { socketPath } }).next();
  await expect(iterating).rejects.toMatchObject({ name: "NoTransportError", code: "NO_PERMISSION" });
  await expect(iterating).rejects.toThrow(/permission denied.*polkit/);
  await new Promise((resolve) => server.close(resolve));
});

test("a package that is missing is named", async () => {
  const opening = openContext({ transport: "ccid", ccid: { usb: {} } });
  await expect(opening).rejects.toMatchObject({ code: "MISSING_PACKAGE" });
  await expect(opening).rejects.toThrow(/npm install usb/);
  expect(isNoTransportError(await opening.catch((error: unknown) => error), "MISSING_PACKAGE")).toBe(true);
});

test("a library that is missing is named, and not what was tried to load it", async () => {
  const opening = openContext({ transport: "pcsclite-ffi", pcscliteFfi: { library: "libno-such-pcsclite.so.9" } });
  await expect(opening).rejects.toMatchObject({ code: "MISSING_PACKAGE" });
  await expect(opening).rejects.toThrow(
    /^libno-such-pcsclite\.so\.9 cannot be loaded: .*apt install libpcsclite1|npm install koffi/,
  );
});

test("the readers that are plugged in are seen without any service", async () => {
  const usb = await folder();
  const device = async (name: string, facts: Record<string, string>): Promise<void> => {
    await mkdir(join(usb, name));
    for (const [file, text] of Object.entries(facts)) await writeFile(join(usb, name, file), `${text}\n`);
  };
  await device("1-1", { manufacturer: "ACS", product: "ACR122U PICC Interface", idVendor: "072f", idProduct: "2200" });
  await device("1-1:1.0", { bInterfaceClass: "0b" });
  await device("1-2", { idVendor: "08e6", idProduct: "3437" });
  await device("1-2:1.0", { bInterfaceClass: "0b" });
  await device("1-3", { manufacturer: "Somebody", product: "Keyboard" });
  await device("1-3:1.0", { bInterfaceClass: "03" });
  expect(await readersSeen(usb)).toEqual(["ACS ACR122U PICC Interface", "USB 08e6:3437"]);
  expect(await readersSeen(join(usb, "nowhere"))).toBeUndefined();
  expect(new NoTransportError("NO_SERVICE", "x", { readersSeen: ["A"] }).readersSeen).toEqual(["A"]);
});
