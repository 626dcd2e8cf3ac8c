/**
 * In the guest: how many APDUs a second, and how much processor time for each, on the same emulated reader.
 *
 *   bench-main 2|3           our driver on this version of usb
 *   bench-main pcscd PID     libccid in the pcscd with this process id, through @cardwire/transport-pcsclite
 */
import { readFileSync } from "node:fs";
import { type SmartCardConnection, type SmartCardContext } from "@cardwire/core";
import { createCcidContext } from "@cardwire/transport-ccid/node";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { sizedCommand } from "../../../packages/transport-ccid/test/contract-card.ts";
import { noReader } from "./client.ts";
import { loadUsb } from "./load-usb.ts";
import { RemoteReaders } from "./remote-readers.ts";

/** dwFeatures by the exchange level: the driver makes T=1 blocks, or hands on APDUs. */
const LEVELS = { "TPDU (T=1)": 0x1_00ba, "extended APDU": 0x4_04be } as const;
const SIZES = [2, 200] as const;
const WARM_UP = 50;
const ROUNDS = 400;
/** Of a reader that libccid knows. */
const IDENTITY = { vendorId: 0x04e6, productId: 0x5116 };
const TICKS_PER_SECOND = 100;

const [stack = "3", pid] = process.argv.slice(2);
const usb = stack === "pcscd" ? undefined : await loadUsb(stack);
const readers = new RemoteReaders();
const name = stack === "pcscd" ? "libccid, pcscd" : `ours, usb ${stack}`;

/** Processor time in ms of this process, and of pcscd. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + (pid === undefined ? 0 : cpuMsOf(pid));
}

/** utime and stime, fields 14 and 15; the name in field 2 may have blanks. */
function cpuMsOf(process: string): number {
  const fields = readFileSync(`/proc/${process}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

async function connect(context: SmartCardContext): Promise<SmartCardConnection> {
  for await (const event of context.watch({ signal: AbortSignal.timeout(120_000) }))
    if (event.type === "card-inserted")
      return (await context.connect(event.readerName, "shared", { preferredProtocols: ["t1"] })).connection;
  throw new Error("there is no card");
}

let reader = 0;
for (const [level, features] of Object.entries(LEVELS)) {
  const order = { reader: reader++, serialNumber: "B", card: true, features, identity: IDENTITY } as const;
  await readers.order({ do: "plug", ...order });
  const context = stack === "pcscd" ? createPcscliteContext() : createCcidContext({ usb });
  const connection = await connect(context);
  for (const size of SIZES) {
    const command = sizedCommand(size);
    for (let round = 0; round < WARM_UP; round++) await connection.transmit(command);
    const [start, cpu] = [performance.now(), cpuMs()];
    for (let round = 0; round < ROUNDS; round++) await connection.transmit(command);
    const [seconds, cpuEach] = [(performance.now() - start) / 1000, (cpuMs() - cpu) / ROUNDS];
    console.log(
      `table ${name.padEnd(15)} ${level.padEnd(14)} ${String(size).padStart(4)} bytes ` +
        `${(ROUNDS / seconds).toFixed(0).padStart(6)} APDU/s ${cpuEach.toFixed(2).padStart(6)} ms CPU each`,
    );
  }
  await connection.disconnect("unpower");
  await readers.order({ do: "unplug", reader: order.reader });
  // pcscd takes its time to see that: until then the next reader would not be the only one
  await noReader(context);
  await context.close();
}
readers.close();
