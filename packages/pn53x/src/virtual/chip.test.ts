import { crcOnAir, fromHex, toHex, type VirtualTag } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { createVirtualField, loadTag } from "@cardwire/virtual";
import { classic1kWithNdef, felicaLiteSWithUri, ntag216WithUri, topaz96WithText } from "@cardwire/virtual/samples";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createVirtualPn53x, type VirtualPn53x } from "./chip.ts";

function chipWith(...tags: readonly VirtualTag[]): VirtualPn53x {
  return createVirtualPn53x(createVirtualField({ tags }));
}

/** Plays what a host says, each with what the chip must answer. */
async function play(chip: VirtualPn53x, lines: readonly (readonly [command: string, answer: string])[]): Promise<void> {
  for (const [command, answer] of lines) {
    const said = await chip.execute(fromHex(command));
    expect([command, said === undefined ? "nothing" : toHex(said)]).toEqual([command, answer.replaceAll(" ", "")]);
  }
}

/** Says everything twice. */
const echo = (command: Uint8Array): Uint8Array => Uint8Array.of(...command, ...command, 0x90, 0x00);

// what other programs say to a chip, as their logs and the manuals' examples have it
describe("a virtual chip", () => {
  it("is started, and found without a card", async () => {
    await play(chipWith(), [
      ["D402", "D503 32010607"],
      ["D40000112233", "D501 00112233"],
      ["D404", "D505 00000080"],
      ["D414010001", "D515"],
      ["D41200", "D513"],
      ["D432020A0B0A", "D533"],
      ["D43205010001", "D533"],
      ["D4320A59F43F114D85616F266287", "D533"],
      ["D43201 02", "D533"],
      ["D44A0100", "D54B 00"],
      ["D44A010100FFFF0100", "D54B 00"],
      ["D4560100 00", "D557 01"],
      ["D4600102 00 11", "D561 00"],
      ["D41620", "D517 00"],
      ["D4FE", "7F"],
      ["D44A0105", "7F"],
      ["D4", "7F"],
      ["", "7F"],
    ]);
  });

  it("reads a Type 2 tag by InCommunicateThru with the CRC left in", async () => {
    const pages = "030DD10109550162696E672E636F6D00";
    await play(chipWith(loadTag(ntag216WithUri())), [
      ["D43205010001", "D533"],
      ["D44A0100", "D54B 0101 0044 00 07 04D149D29C3980"],
      ["D406630263036305", "D507 808043"],
      ["D408 630280 630300 630543", "D509"],
      ["D4423004", `D543 00 ${pages} ${toHex(Uint8Array.from(crcOnAir(fromHex(pages), "nfc-a")))}`],
      // with the check on, an ACK is a wrong CRC
      ["D408 630380", "D509"],
      ["D442A20511223344", "D543 02"],
      ["D440013005", "D541 00 11223344696E672E636F6D0000000000"],
      ["D4400130FF", "D541 14"],
      ["D4400230 04", "D541 27"],
      ["D45200", "D553 00"],
      ["D4400130 04", "D541 27"],
    ]);
  });

  it("authenticates, reads and writes a MIFARE Classic", async () => {
    await play(chipWith(loadTag(classic1kWithNdef())), [
      ["D43205010001", "D533"],
      ["D44A0100", "D54B 0101 0004 08 04 1A2B3C4D"],
      ["D440 01 60 0C FFFFFFFFFFFF 1A2B3C4D", "D541 00"],
      ["D440 01 A0 0C 000102030405060708090A0B0C0D0E0F", "D541 00"],
      ["D440 01 30 0C", "D541 00 000102030405060708090A0B0C0D0E0F"],
      ["D440 01 60 0C 000000000000 1A2B3C4D", "D541 14"],
      ["D440 01 60 0C", "D541 13"],
    ]);
  });

  it("runs ISO-DEP, in parts where an answer is long, and tells whether the card is there", async () => {
    const field = createVirtualField();
    field.put(createIsoDepCard({ uid: fromHex("04112233445566"), application: echo }));
    const chip = createVirtualPn53x(field);
    const command = `00D60000FF${"5A".repeat(255)}`;
    const answer = `${command}${command}9000`;
    await play(chip, [
      ["D43205010001", "D533"],
      ["D44A0100", "D54B 0101 0044 20 07 04112233445566 04688002"],
      ["D440 01 00A40400", "D541 00 00A404 0000A404009000"],
      ["D440 41 00D60000FF", "D541 00"],
      [`D440 01 ${command.slice(10)}`, `D541 40 ${answer.slice(0, 524)}`],
      ["D440 01", `D541 00 ${answer.slice(524)}`],
      ["D40006", "D501 00"],
    ]);
    field.remove();
    await play(chip, [["D40006", "D501 01"]]);
  });

  it("polls FeliCa and Topaz by themselves, and finds either by InAutoPoll", async () => {
    await play(chipWith(loadTag(felicaLiteSWithUri())), [
      ["D43205010001", "D533"],
      ["D44A010100FFFF0100", "D54B 0101 14 01 0114B34C2A5F6E71 00F1000000014300 88B4"],
      ["D44A010200FFFF0000", "D54B 0101 12 01 0114B34C2A5F6E71 00F1000000014300"],
      // a system code that the card has not
      ["D44A0101000003 0100", "D54B 00"],
      ["D460 0101 00 11", "D561 01 11 13 01 12 01 0114B34C2A5F6E71 00F1000000014300"],
    ]);
    await play(chipWith(loadTag(topaz96WithText())), [
      ["D43205010001", "D533"],
      ["D44A0100", "D54B 00"],
      ["D44A0104", "D54B 0101 0C00 25C1D700"],
      ["D440010108", "D541 00 E1"],
      ["D44001 53 08 00", "D541 00 00"],
      ["D44001 0208", "D541 13"],
    ]);
  });

  it("activates a card when it is told, and changes no rates", async () => {
    const field = createVirtualField();
    field.put(createIsoDepCard({ uid: fromHex("04112233445566"), application: echo }));
    await play(createVirtualPn53x(field), [
      ["D41200", "D513"],
      ["D4500100", "D551 27"],
      ["D44A0100", "D54B 0101 0044 20 07 04112233445566"],
      ["D44E010000", "D54F 27"],
      ["D4500100", "D551 00 04688002"],
      ["D440 01 00A40400", "D541 00 00A404 0000A404009000"],
      ["D44E010000", "D54F 00"],
      ["D44E010202", "D54F 26"],
    ]);
    await play(chipWith(loadTag(classic1kWithNdef())), [
      ["D44A0100", "D54B 0101 0004 08 04 1A2B3C4D"],
      ["D4500100", "D551 01"],
    ]);
  });

  it("tests itself", async () => {
    await play(chipWith(), [
      ["D40001", "D501 00"],
      ["D40002", "D501 00"],
      ["D4000402", "D501 80"],
      ["D40006", "D501 27"],
      ["D4000720", "D501 00"],
      ["D400FF", "7F"],
      ["D40C", "D50D 3F0600"],
      ["D40E8086", "D50F"],
    ]);
  });

  it("as a PN533 has commands of its own", async () => {
    await play(createVirtualPn53x(createVirtualField(), { chip: "PN533" }), [
      ["D41801", "D519 01"],
      ["D43801", "D539 27"],
      ["D44801", "D549 00"],
      ["D49601", "D597 18"],
      ["D49801", "D599 18"],
      ["D40C", "D50D 00 3F0600"],
      ["D40E8086", "D50F 00"],
    ]);
    await play(chipWith(), [["D41801", "7F"]]);
  });

  it("as a PN533 puts a status before registers", async () => {
    await play(createVirtualPn53x(createVirtualField(), { chip: "PN533" }), [
      ["D402", "D503 33020707"],
      ["D4066302", "D507 00 80"],
      ["D408630200", "D509 00"],
    ]);
  });

  it("waits for a card as long as it was told, or until the host has had enough", async () => {
    const field = createVirtualField();
    const chip = createVirtualPn53x(field);
    const waiting = chip.execute(fromHex("D44A0100"));
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 5));
    field.put(loadTag(ntag216WithUri()));
    expect(toHex((await waiting) ?? new Uint8Array(0))).toBe("D54B010100440007" + "04D149D29C3980");
    const asTarget = `D48C 00 0800123456 60 ${"00".repeat(18)} ${"00".repeat(10)} 00 00`;
    for (const command of ["D44A0104", asTarget, "D4560000 00", "D45800", "D40005"]) {
      const inVain = chip.execute(fromHex(command));
      await new Promise((resolve) => setTimeout(resolve, 5));
      chip.cancel();
      expect(await inVain).toBeUndefined();
    }
  });

  it.each(["D460 FF 01 11", "D44A010100FFFF0000"])(
    "looks for ever, past a card of another kind: %s",
    async (search) => {
      const chip = chipWith(loadTag(ntag216WithUri()));
      const answer = chip.execute(fromHex(search.replaceAll(" ", "")));
      setTimeout(() => chip.cancel(), 1);
      expect(await answer).toBeUndefined();
    },
  );

  it("ends a search that the host gives up before it has begun to wait", async () => {
    const chip = chipWith();
    const answer = chip.execute(fromHex("D44A0100"));
    chip.cancel();
    expect(await answer).toBeUndefined();
  });

  it("takes any bytes", async () => {
    const code = fc.constantFrom(0x00, 0x04, 0x06, 0x08, 0x12, 0x14, 0x32, 0x40, 0x42, 0x44, 0x4a, 0x52, 0x60, 0x86);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(code, fc.uint8Array({ maxLength: 30 })), { maxLength: 8 }),
        async (commands) => {
          const chip = chipWith(loadTag(ntag216WithUri()));
          for (const [command, parameters] of commands) {
            const answer = chip.execute(Uint8Array.of(0xd4, command, ...parameters));
            setTimeout(() => chip.cancel(), 1);
            const said = await answer;
            if (said !== undefined)
              expect(said[0] === 0x7f || (said[0] === 0xd5 && said[1] === command + 1)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
