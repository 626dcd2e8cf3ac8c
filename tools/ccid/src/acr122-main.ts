/**
 * In the guest: an ACR122U that is not there, with a tag in its field that is not there either, used by programs that
 * nobody here wrote: pcscd with libccid, pcsc_scan, opensc-tool.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fromHex } from "@cardwire/core";
import { ACR122U_EMPTY_SLOT, createVirtualAcr122u } from "@cardwire/pn53x/virtual";
import { EmulatedCcidReader, EmulatedUsbDevice } from "@cardwire/transport-ccid/testing";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { createVirtualField, loadTag } from "@cardwire/virtual";
import { ntag216WithUri } from "@cardwire/virtual/samples";
import { runCases } from "./run-cases.ts";
import { plugIntoKernel } from "./vhci.ts";

/** Of an ACR122U with firmware 2.07: short APDUs, PPS by the reader, IFSD 247. */
const CLASS_DESCRIPTOR = fromHex(
  "36210001000703000000A00F0000A00F000000002A000090D0030000F70000000000000000000000400002000F010000000000000001",
);
const ATR = "3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 03 00 00 00 00 68";
const UID = "04 D1 49 D2 9C 39 80";

const tag = loadTag(ntag216WithUri());
const field = createVirtualField({ tags: [tag] });
const acr122u = createVirtualAcr122u(field);
const reader = new EmulatedCcidReader({
  classDescriptor: CLASS_DESCRIPTOR,
  emptySlotAtr: ACR122U_EMPTY_SLOT,
  pseudoApdu: (command) => acr122u.pseudoApdu(command),
  // success, said as this reader says it
  escape: async (data) => ({ data: await acr122u.escape(data), iccStatus: 2, error: 0x81 }),
});
const stop = acr122u.onCard((card) => {
  if (card === undefined) reader.remove();
  else reader.insert(card);
});
const identity = { vendorId: 0x072f, productId: 0x2200, deviceVersion: 0x0207, manufacturerName: "ACS" };
const plugged = await plugIntoKernel(
  new EmulatedUsbDevice([reader], { ...identity, productName: "ACR122U PICC Interface", serialNumber: "" }),
);

const run = promisify(execFile);
const context = createPcscliteContext();

const failed = await runCases("pcscd, libccid, pcsc_scan and opensc-tool on an ACR122U that is not there", [
  {
    name: "pcscd sees the tag in the field",
    async run() {
      for await (const event of context.watch({ signal: AbortSignal.timeout(60_000) }))
        if (event.type === "card-inserted") return;
      throw new Error("there is no card");
    },
  },
  {
    name: "pcsc_scan names the reader and the tag's ATR",
    run: () => prints("timeout", ["20", "pcsc_scan", "-c", "-n"], ["ACS ACR122U PICC Interface 00 00", ATR]),
  },
  {
    name: "opensc-tool gives the ATR",
    run: () => prints("opensc-tool", ["--atr"], [ATR.toLowerCase().replaceAll(" ", ":")]),
  },
  {
    name: "opensc-tool reads the UID",
    run: () =>
      prints("opensc-tool", ["--card-driver", "default", "--send-apdu", "FF:CA:00:00:00"], [UID, "SW1=0x90, SW2=0x00"]),
  },
  {
    name: "the tag is taken away",
    async run() {
      field.remove(tag);
      for await (const event of context.watch({ signal: AbortSignal.timeout(60_000) }))
        if (event.type === "card-removed") return;
      throw new Error("the tag is still seen");
    },
  },
]);
stop();
await context.close();
plugged.detach();
process.exit(failed === 0 ? 0 : 1);

/** Runs a program; the texts must be in what it prints. */
async function prints(program: string, args: readonly string[], texts: readonly string[]): Promise<void> {
  const { stdout, stderr } = await run(program, args).catch((error: unknown) => {
    // pcsc_scan goes on for ever, and is ended
    if (typeof error === "object" && error !== null && "stdout" in error && "stderr" in error)
      return { stdout: String(error.stdout), stderr: String(error.stderr) };
    throw error;
  });
  for (const text of texts)
    if (!stdout.includes(text)) throw new Error(`${program} does not print "${text}": ${stdout}${stderr}`);
}
