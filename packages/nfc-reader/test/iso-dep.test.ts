import { type ConformanceProfile, fromHex, toHex } from "@cardwire/core";
import { encodeTransmitInput, IOCTL_SMARTCARD } from "@cardwire/ioctl";
import { isoDep, parseAts } from "@cardwire/iso-dep";
import { createIsoDepCard, type IsoDepCardAOptions } from "@cardwire/iso-dep/virtual";
import { mifareClassic } from "@cardwire/mifare-classic";
import { createMifareClassicTag, mifareClassicImage } from "@cardwire/mifare-classic/virtual";
import { createVirtualField } from "@cardwire/virtual";
import { describe, expect, test } from "vitest";
import { createNfcReader } from "../src/index.ts";
import { named } from "./bench.ts";

const UID = fromHex("04112233");
const ATS = parseAts(fromHex("067577810280"));

/** A card whose application says back what it is asked, and gives a kilobyte for 80 FF. */
async function cardBench(profile: ConformanceProfile, card: Partial<IsoDepCardAOptions> = {}) {
  const field = createVirtualField();
  const reader = createNfcReader({
    frontEnd: field,
    families: [mifareClassic, isoDep],
    profile,
    presenceIntervalMs: 5,
  });
  const device = await reader.device.open();
  field.put(
    createIsoDepCard({
      uid: UID,
      ats: ATS,
      application: (command) =>
        command[1] === 0xff
          ? Uint8Array.of(...command.subarray(0, 2), ...new Uint8Array(1000), 0x90, 0)
          : Uint8Array.of(...command, 0x90, 0),
      ...card,
    }),
  );
  const io = async (name: keyof typeof IOCTL_SMARTCARD, input = new Uint8Array(0), outputLength = 0) =>
    named(await device.deviceIoControl(IOCTL_SMARTCARD[name], input, outputLength));
  await io("IS_PRESENT");
  const transmit = async (apdu: string, outputLength = 4096): Promise<string> => {
    const { status, output } = await io("TRANSMIT", encodeTransmitInput(fromHex(apdu)), outputLength);
    return status === "SUCCESS" ? toHex(output.subarray(8)) : status;
  };
  return { field, reader, io, transmit };
}

describe.each(["documented", "nfccx"] as const)("%s", (profile) => {
  test("an APDU goes to the card and comes back, however long", async () => {
    const { transmit, reader } = await cardBench(profile);
    expect(await transmit("00A40400")).toBe("00A404009000");
    expect((await transmit("80FF0000")).length).toBe(2 * 1004);
    await reader.close();
  });

  test("a response that does not fit", async () => {
    const { transmit, reader } = await cardBench(profile);
    expect(await transmit("00A40400", 12)).toBe(profile === "documented" ? "BUFFER_TOO_SMALL" : "00A40400");
    await reader.close();
  });

  test("a card that does not answer in time", async () => {
    const { transmit, io, reader } = await cardBench(profile, { silentAfter: 1 });
    expect(await transmit("00A4")).toBe("00A49000");
    expect(await transmit("00A4")).toBe(profile === "documented" ? "IO_TIMEOUT" : "LINK_FAILED");
    const state = await io("GET_STATE", new Uint8Array(0), 4);
    expect(state.output[0]).toBe(profile === "documented" ? 6 : 1);
    await reader.close();
  });

  test("Load Key is the card's business, or nobody's", async () => {
    const { transmit, reader } = await cardBench(profile);
    const loadKey = "FF82000006FFFFFFFFFFFF";
    expect(await transmit(loadKey)).toBe(profile === "documented" ? `${loadKey}9000` : "INVALID_DEVICE_STATE");
    await reader.close();
  });

  test("a card of two protocols, there and back again", async () => {
    const memory = new Uint8Array(1024);
    memory.set(fromHex("0411223304"));
    for (let sector = 0; sector < 16; sector++)
      memory.set(fromHex("FFFFFFFFFFFFFF078069FFFFFFFFFFFF"), sector * 64 + 48);
    const otherProtocol = createMifareClassicTag(mifareClassicImage(memory, { uid: UID, sak: 0x28 }));
    const { transmit, io, reader } = await cardBench(profile, { sak: 0x28, otherProtocol });
    const atr = async (): Promise<string> => toHex((await io("GET_ATTRIBUTE", fromHex("03030900"), 64)).output);
    const toIsoDep = "FFC20002048F020004";
    const toClassic = "FFC20002048F020003";
    const classicSelected = profile === "documented" ? "C0030090008F01289000" : "9000";
    // discovery has taken it to ISO-DEP; the reader itself switches back, the storage card's session there
    expect(await atr()).toBe("3B8180018080");
    expect(await transmit(toClassic)).toBe(classicSelected);
    expect(await atr()).toBe("3B8F8001804F0CA000000306030001000000006A");
    expect(await transmit("FF82000006FFFFFFFFFFFF")).toBe("9000");
    expect(await transmit(toIsoDep)).toBe(profile === "documented" ? "C0030090005F51063B81800180809000" : "9000");
    expect(await transmit("00A40400")).toBe("00A404009000");
    expect(await transmit(toClassic)).toBe(classicSelected);
    // the key that was loaded before is there again
    expect(await transmit("FF860000050100046000")).toBe("9000");
    await reader.close();
  });
});
