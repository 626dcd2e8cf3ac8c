import { fromHex, toHex } from "@cardwire/core";
import { createVirtualField, loadTag } from "@cardwire/virtual";
import { topaz96WithText } from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";
import { bench, failure, frame, NEVER, pipeTo } from "../../test/front-end-bench.ts";
import { openPn53x } from "../chip/pn53x.ts";
import { Pn53xError } from "../pn53x-error.ts";
import { createVirtualPn53x } from "../virtual.ts";
import { createPn53xFrontEnd } from "./front-end.ts";

describe("a Type 1 tag on a PN53x", () => {
  it("reads a Topaz's single bytes by the chip's commands, and its blocks by registers", async () => {
    const { frontEnd, commands, send } = await bench([loadTag(topaz96WithText())]);
    await frontEnd.discover(NEVER);
    commands.length = 0;
    // the address, which the chip keeps, is put back
    expect(await send("0108 00 25C1D700")).toEqual(frame("08E1"));
    expect(commands.splice(0)).toEqual(["D43202000B07", "D440010108"]);
    expect(await send("5310 AA 25C1D700")).toEqual(frame("10AA"));
    expect(await send("780000 00000000")).toEqual(frame("114825C1D700"));
    // a static tag does not know blocks; the chip is asked all the same
    expect(await send(`0201${"00".repeat(8)}25C1D700`)).toEqual(failure("timeout"));
    expect(await send("0108 00 00000000")).toEqual(failure("timeout"));
    expect(await send("0108 00 25C1D700", { receiveCrc: false })).toEqual(failure("unsupported"));
  });

  it.each(["13", "01", "", "SYNTAX"])("takes a Topaz' identity from RALL where RID is answered %s", async (refusal) => {
    const chip = createVirtualPn53x(createVirtualField({ tags: [loadTag(topaz96WithText())] }));
    const pipe = pipeTo((command) => {
      if (!toHex(command).startsWith("D4400178")) return chip.execute(command);
      if (refusal === "SYNTAX") throw new Pn53xError("SYNTAX", "not this one");
      return refusal === "" ? undefined : fromHex(`D541${refusal}`);
    });
    const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { technologies: ["nfc-a-type1"] });
    const uid = fromHex("25C1D700");
    expect(await frontEnd.discover(NEVER)).toEqual([{ technology: "nfc-a-type1", hr0: 0x11, hr1: 0x48, uid }]);
    // and does not ask for RID again
    pipe.commands.length = 0;
    const presence = { kind: "frame", data: fromHex("78000000000000"), timeoutUs: 10_000 } as const;
    expect(await frontEnd.exchange(presence)).toEqual(frame("114825C1D700"));
    expect(pipe.commands).toEqual(["D4400100"]);
  });

  it("reads a Topaz 512 by blocks and segments", async () => {
    const memory = new Uint8Array(512).map((_, index) => index);
    memory.set(fromHex("25C1D7001A2B3C00"));
    const { createTopazTag } = await import("@cardwire/topaz/virtual");
    const { frontEnd, send } = await bench([createTopazTag({ hr0: 0x12, hr1: 0x4c, memory })]);
    await frontEnd.discover(NEVER);
    const eight = "00".repeat(8);
    expect(await send(`0210${eight}25C1D700`)).toEqual(frame(`10${toHex(memory.subarray(128, 136))}`));
    expect(await send(`5410${"A5".repeat(8)}25C1D700`)).toEqual(frame(`10${"A5".repeat(8)}`));
    expect(await send(`1020${eight}25C1D700`)).toEqual(frame(`20${toHex(memory.subarray(256, 384))}`));
  });
});
