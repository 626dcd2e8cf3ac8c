import { fromHex, type VirtualTag } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { createTypeBMemoryTag } from "@cardwire/iso14443b/virtual";
import { loadTag } from "@cardwire/virtual";
import { classic1kWithNdef, ntag216WithUri } from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";
import { bench, failure, frame, NEVER } from "../../test/front-end-bench.ts";

describe("selection by a PN53x", () => {
  it("selects the same tag again by its UID after its power was taken", async () => {
    const { frontEnd, commands } = await bench([loadTag(ntag216WithUri())]);
    await frontEnd.discover(NEVER);
    commands.length = 0;
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(commands).toEqual(["D4320100", "D4320101", "D44A01008804D149D29C3980"]);
  });

  it("takes no other tag for it", async () => {
    const { frontEnd, field } = await bench([loadTag(ntag216WithUri())]);
    await frontEnd.discover(NEVER);
    field.remove();
    field.put(loadTag(classic1kWithNdef()));
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual(failure("link-lost"));
  });

  it("undoes the ATTRIB that the chip sends a type B card", async () => {
    const card = createIsoDepCard({ pupi: fromHex("AABBCCDD"), application: (apdu) => apdu, activatedBy: "reader" });
    const { frontEnd, commands, send } = await bench([card], { technologies: ["nfc-b"] });
    const [target] = await frontEnd.discover(NEVER);
    expect(target).toEqual({
      technology: "nfc-b",
      pupi: fromHex("AABBCCDD"),
      applicationData: new Uint8Array(4),
      protocolInfo: fromHex("008181"),
    });
    expect(commands.filter((command) => command.startsWith("D442"))).toEqual(["D442CA01", "D442050008"]);
    expect(await send("1DAABBCCDD00080100")).toMatchObject({ kind: "frame" });
    commands.length = 0;
    // its power stays: a PUPI drawn by chance stays what it is
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(commands.filter((command) => command.startsWith("D43201"))).toEqual([]);
  });

  it("finds a SR176 by its blocks", async () => {
    const memory = new Uint8Array(32).map((_, index) => index);
    const uid = fromHex("0001020304050607");
    const tag = createTypeBMemoryTag({ product: "sr176", uid, memory });
    const { frontEnd } = await bench([tag]);
    expect(await frontEnd.discover(NEVER)).toMatchObject([{ technology: "nfc-b-memory", uid }]);
  });

  it("shows a card of two protocols as both, ISO-DEP first", async () => {
    const classic = loadTag(classic1kWithNdef());
    const card = createIsoDepCard({
      uid: fromHex("1A2B3C4D"),
      sak: 0x20,
      application: (apdu) => apdu,
      otherProtocol: classic,
    });
    const { frontEnd, send } = await bench([card]);
    const [first, second] = await frontEnd.discover(NEVER);
    expect(first).toMatchObject({ technology: "nfc-a", sak: 0x28, ats: expect.any(Uint8Array) as Uint8Array });
    expect(second).toMatchObject({ technology: "nfc-a", sak: 0x28 });
    expect(second).not.toHaveProperty("ats");
    expect(await send("02AABB")).toEqual(frame("02AABB"));
    if (second === undefined) throw new Error("unreachable");
    expect(await frontEnd.exchange({ kind: "reselect", target: second })).toEqual({ kind: "done" });
    expect(await send("3000")).toEqual(frame("04", 4));
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(await send("02AABB")).toEqual(frame("02AABB"));
  });

  it("selects a phone again although its UID is another one", async () => {
    let draw = 0;
    const uids = ["08111111", "08222222"];
    const card = (): VirtualTag => createIsoDepCard({ uid: fromHex(uids[draw] ?? ""), application: (apdu) => apdu });
    const { frontEnd, field } = await bench([card()]);
    await frontEnd.discover(NEVER);
    draw = 1;
    field.remove();
    field.put(card());
    expect(await frontEnd.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
  });
});
