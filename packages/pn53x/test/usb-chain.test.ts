import { fromHex, toHex } from "@cardwire/core";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createNfcReader } from "@cardwire/nfc-reader";
import { openCcidReader } from "@cardwire/transport-ccid";
import { EmulatedCcidReader, EmulatedUsbDevice, FakeUsbDevice } from "@cardwire/transport-ccid/testing";
import { createIoctlContext } from "@cardwire/transport-ioctl";
import { createVirtualField, loadTag } from "@cardwire/virtual";
import { ntag216WithUri } from "@cardwire/virtual/samples";
import { expect, it } from "vitest";
import { createPn53xFrontEnd, openAcr122uPipe, openPn53x } from "../src/index.ts";
import { ACR122U_EMPTY_SLOT, createVirtualAcr122u } from "../src/virtual.ts";

it("an application reads a tag: DDI, translator, PN532, escape commands, CCID, USB packets, and all the way back", async () => {
  const acr122u = createVirtualAcr122u(createVirtualField({ tags: [loadTag(ntag216WithUri())] }));
  const messages: string[] = [];
  const emulated = new EmulatedCcidReader({
    escape: (data) => acr122u.escape(data),
    pseudoApdu: (apdu) => acr122u.pseudoApdu(apdu),
    emptySlotAtr: ACR122U_EMPTY_SLOT,
    onMessage: (direction, message) => messages.push(`${direction} ${toHex(message)}`),
  });
  const usb = new FakeUsbDevice(
    new EmulatedUsbDevice([emulated], { vendorId: 0x072f, productId: 0x2200, deviceVersion: 0x0207 }),
  );

  const ccid = await openCcidReader(usb);
  const [slot] = ccid.slots;
  if (slot === undefined) throw new Error("no slot");
  const pipe = await openAcr122uPipe((apdu, options) => slot.escape(apdu, options), { close: () => ccid.close() });
  const frontEnd = createPn53xFrontEnd(await openPn53x(pipe));
  const reader = createNfcReader({ frontEnd, families: [mifareUltralight] });
  const context = createIoctlContext({ devices: reader });

  const [readerName = ""] = await context.listReaders();
  await context.getStatusChange([{ readerName, currentState: { empty: true } }]);
  const { connection } = await context.connect(readerName, "shared");
  expect(toHex(await connection.transmit(fromHex("FFB0000410")))).toBe("030DD10109550162696E672E636F6D009000");
  // the READ itself, in a PC_to_RDR_Escape; bSeq differs
  const read = messages.find((message) => message.includes("FF00000004D4423004"));
  expect(read).toMatch(/^out 6B0900000000..000000FF00000004D4423004$/);
  await context.close();
  await reader.close();
  expect(usb.opened).toBe(false);
});
