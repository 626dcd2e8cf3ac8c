import { PNP_NOTIFICATION } from "@cardwire/core";
import { SCARD_STATE } from "@cardwire/ioctl";
import { describe, expect, test } from "vitest";
import { allDaemons } from "./daemons.ts";
import { functionCard, sizedCommand } from "./function-card.ts";
import { OurClient, type PcscCall, type PcscClient, type PcscResult, PyscardClient } from "./parity-clients.ts";
import { Pcscd } from "./pcscd.ts";
import { type SocketReader } from "./socket-reader.ts";

const READER = "Test Reader A 00 00";
const EXCLUSIVE = 1;
const SHARED = 2;
const DIRECT = 3;
const T0 = 1;
const T1 = 2;
const ANY = 3;
const LEAVE = 0;
const RESET = 1;
const UNPOWER = 2;
const VENDOR_NAME = 0x0001_0100;
const CONTROL = 0x4200_0001;
const { EMPTY, PRESENT, MUTE, INUSE, UNAVAILABLE, IGNORE } = SCARD_STATE;

const GET_UID = [0xff, 0xca, 0, 0, 0];
const card = functionCard();

/** A step: something that happens at the reader, or a call; and why we mean to give another result, where we do. */
type Step = readonly [name: string, step: PcscCall | ((reader: SocketReader) => void), difference?: string];

const happens = (name: string, action: (reader: SocketReader) => void): Step => [name, action];
const call = (name: string, ...parameters: unknown[]): Step => [
  `${name}(${parameters.map((value) => JSON.stringify(value)).join(", ")})`,
  [name, ...parameters],
];
const differs = (why: string, [name, step]: Step): Step => [name, step, why];
const look = (flags: number, timeout = 0): Step => call("status_change", timeout, [[READER, flags]]);

const KEEPS_COUNT = "a reader that fails keeps its count of insertions";

/** One program's day, with all that can go wrong. Both clients live through it on the same daemon. */
const SCENARIO: readonly Step[] = [
  call("list_readers"),
  look(0),
  look(EMPTY),
  look(EMPTY, 30),
  look(PRESENT),
  differs("what is ignored says so", look(IGNORE)),
  call("status_change", 0, [["no such reader", 0]]),
  call("status_change", 0, []),
  differs("what is ignored says so", call("status_change", 30, [[PNP_NOTIFICATION, IGNORE]])),
  call("connect", "a", READER, SHARED, ANY),
  call("connect", "a", "no such reader", SHARED, ANY),
  call("connect", "a", READER, SHARED, 0),
  call("connect", "d", READER, DIRECT, 0),
  call("status", "d"),
  call("control", "d", CONTROL, [1, 2]),
  call("control", "d", CONTROL + 1, [1, 2]),
  call("get_attribute", "d", VENDOR_NAME),
  call("get_attribute", "d", VENDOR_NAME + 1),
  call("set_attribute", "d", VENDOR_NAME, [1, 2, 3]),
  call("set_attribute", "d", VENDOR_NAME + 1, [1]),
  call("get_attribute", "d", VENDOR_NAME),
  call("disconnect", "d", LEAVE),

  happens("a card is laid down", (reader) => reader.insert(card)),
  look(0),
  look(EMPTY),
  look(PRESENT),
  look(PRESENT | INUSE),
  look(PRESENT | MUTE),
  look(PRESENT | (7 << 16)),
  call("connect", "a", READER, SHARED, 0),
  call("connect", "a", READER, SHARED, T0),
  call("transmit", "a", GET_UID),
  call("disconnect", "a", RESET),
  call("connect", "a", READER, SHARED, ANY),
  call("status", "a"),
  call("transmit", "a", GET_UID),
  call("transmit", "a", Array.from(sizedCommand(4000))),
  look(PRESENT),
  call("connect", "b", READER, SHARED, T1),
  call("connect", "b", READER, SHARED, T0),
  call("connect", "x", READER, EXCLUSIVE, ANY),
  call("begin", "a"),
  call("transmit", "a", GET_UID),
  call("transmit", "b", GET_UID),
  call("status", "b"),
  call("get_attribute", "b", VENDOR_NAME),
  call("control", "b", CONTROL, []),
  call("end", "a", LEAVE),
  call("transmit", "b", GET_UID),
  call("begin", "b"),
  call("end", "b", RESET),
  call("transmit", "a", GET_UID),
  call("status", "a"),
  call("begin", "a"),
  call("transmit", "b", GET_UID),
  call("reconnect", "a", SHARED, ANY, LEAVE),
  call("transmit", "a", GET_UID),
  call("reconnect", "b", SHARED, ANY, RESET),
  call("transmit", "b", GET_UID),
  call("transmit", "a", GET_UID),
  call("reconnect", "a", EXCLUSIVE, ANY, LEAVE),
  call("disconnect", "b", LEAVE),
  call("reconnect", "a", EXCLUSIVE, ANY, LEAVE),
  look(PRESENT),
  call("connect", "b", READER, SHARED, ANY),
  call("disconnect", "a", UNPOWER),
  call("connect", "x", READER, EXCLUSIVE, T1),
  call("transmit", "x", GET_UID),
  call("connect", "b", READER, SHARED, ANY),
  call("connect", "b", READER, EXCLUSIVE, ANY),
  call("connect", "b", READER, DIRECT, 0),
  call("disconnect", "x", LEAVE),
  differs("what is disconnected may be disconnected again", call("disconnect", "x", LEAVE)),
  call("transmit", "x", GET_UID),

  call("connect", "a", READER, SHARED, ANY),
  call("begin", "a"),
  happens("the card is taken away during a transaction", (reader) => reader.remove()),
  call("transmit", "a", GET_UID),
  call("transmit", "a", GET_UID),
  call("status", "a"),
  call("end", "a", LEAVE),
  call("reconnect", "a", SHARED, ANY, LEAVE),
  call("disconnect", "a", RESET),
  look(0),
  look(PRESENT | INUSE),
  look(PRESENT),

  happens("a card is laid down again", (reader) => reader.insert(card)),
  call("connect", "a", READER, SHARED, ANY),
  happens("the card is exchanged", (reader) => reader.swap()),
  call("transmit", "a", GET_UID),
  call("status", "a"),
  call("disconnect", "a", LEAVE),
  look(PRESENT),
  look(PRESENT | (1 << 16)),

  happens("a mute card", (reader) => {
    reader.remove();
    setTimeout(() => reader.insert("mute"), 200);
  }),
  look(0),
  look(PRESENT | MUTE),
  call("connect", "a", READER, SHARED, ANY),
  call("connect", "d", READER, DIRECT, 0),
  call("status", "d"),
  call("disconnect", "d", LEAVE),

  happens("the reader fails", (reader) => reader.setBroken(true)),
  differs(KEEPS_COUNT, look(0)),
  differs(KEEPS_COUNT, look(PRESENT)),
  look(UNAVAILABLE),
  call("connect", "a", READER, SHARED, ANY),
  call("connect", "d", READER, DIRECT, 0),
  happens("and works again, empty", (reader) => {
    reader.remove();
    reader.setBroken(false);
  }),
  look(UNAVAILABLE),
  look(0),
];

const show = ([code, ...results]: PcscResult): string =>
  [code.toString(16).toUpperCase().padStart(8, "0"), ...results.map((value) => JSON.stringify(value))].join(" ");

async function live(pcscd: Pcscd, reader: SocketReader, client: PcscClient): Promise<string[]> {
  reader.attributes.set(VENDOR_NAME, Uint8Array.of(0x63, 0x77));
  const results: string[] = [];
  for (const [, step] of SCENARIO) {
    if (typeof step === "function") {
      step(reader);
      // pcscd looks every 100 ms at this reader
      await new Promise((resolve) => setTimeout(resolve, 600));
      results.push("");
    } else results.push(show(await client.call(step)));
  }
  await client.close();
  await pcscd.dispose();
  return results;
}

describe.each(allDaemons().map((daemon) => [daemon.name, daemon] as const))("%s", (_, daemon) => {
  test("our results and codes are those of libpcsclite, case by case", { timeout: 120_000 }, async () => {
    const days = [
      (pcscd: Pcscd): PcscClient => new OurClient(pcscd.socketPath),
      (pcscd: Pcscd): PcscClient => new PyscardClient({ ...pcscd.env, PCSCLITE_NO_BLOCKING: "1" }),
    ].map(async (createClient) => {
      const pcscd = new Pcscd({ daemon });
      const { reader } = pcscd.addReader();
      reader.controls.set(CONTROL, (data) => Uint8Array.of(0x5a, ...data));
      await pcscd.start();
      return live(pcscd, reader, createClient(pcscd));
    });
    const [ours = [], theirs = []] = await Promise.all(days);
    const table = SCENARIO.map(([name, step, difference], index) => {
      if (typeof step === "function") return `     -- ${name}`;
      const [our = "", their = ""] = [ours[index], theirs[index]];
      if (our === their) return difference === undefined ? `same ${name}\n     ${our}` : `DIFF ${name}: not any more`;
      const both = `${name}\n     ours:        ${our}\n     libpcsclite: ${their}`;
      // the code is the same in every case but one, where there is no failure for us
      const meant = difference !== undefined && (our.slice(0, 8) === their.slice(0, 8) || our === "00000000");
      return meant ? `ours ${both}\n     because ${difference}` : `DIFF ${both}`;
    });
    process.stdout.write(`\n${daemon.name}, beside libpcsclite\n${table.join("\n")}\n`);
    expect(table.filter((line) => line.startsWith("DIFF"))).toEqual([]);
  });
});
