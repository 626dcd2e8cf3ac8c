/**
 * Emulated readers in a process of their own: the process that uses them waits, in system calls, for their answers.
 * Started by `fork`; does what the messages of its parent say, and ends with it.
 */
import { CCID_FEATURE, EmulatedCcidReader, EmulatedUsbDevice } from "@cardwire/transport-ccid/testing";
import { contractCard, T1_ATR } from "../../../packages/transport-ccid/test/contract-card.ts";
import { type ReaderOrder, type ReaderReport } from "./reader-order.ts";
import { plugIntoKernel } from "./vhci.ts";

const readers = new Map<number, { readonly reader: EmulatedCcidReader; readonly device: EmulatedUsbDevice }>();

async function plug(order: Extract<ReaderOrder, { do: "plug" }>): Promise<void> {
  const reader = new EmulatedCcidReader({
    classDescriptor: { features: order.features ?? CCID_FEATURE.extendedApdu | 0x4be, maxMessageLength: 271 },
    interrupt: order.interrupt ?? true,
    escape: (data) => (data[0] === 0xee ? undefined : Uint8Array.of(0x5a, ...data)),
    timeExtension: { intervalMs: 500, multiplier: 1 },
  });
  const device = new EmulatedUsbDevice([reader], { serialNumber: order.serialNumber, ...order.identity });
  if (order.card) reader.insert(contractCard(T1_ATR));
  readers.set(order.reader, { reader, device });
  await plugIntoKernel(device);
}

async function obey(order: ReaderOrder): Promise<void> {
  if (order.do === "plug") return plug(order);
  const found = readers.get(order.reader);
  if (found === undefined) throw new Error(`there is no reader ${order.reader}`);
  const { reader, device } = found;
  switch (order.do) {
    case "unplug":
      device.unplug();
      readers.delete(order.reader);
      break;
    case "insert":
      reader.insert(contractCard(T1_ATR));
      break;
    case "insert-mute":
      reader.insert(contractCard(new Uint8Array(0)));
      break;
    case "remove":
      reader.remove();
      break;
    case "swap":
      reader.swap(contractCard(T1_ATR));
      break;
    case "unplug-at-next":
      reader.disturbNext("unplug");
      break;
  }
}

process.on("message", (message) => {
  const { id, order } = message as { id: number; order: ReaderOrder };
  const report = (error?: string): void => {
    const answer: ReaderReport = error === undefined ? { id } : { id, error };
    process.send?.(answer);
  };
  obey(order).then(
    () => report(),
    (error: unknown) => report(String(error)),
  );
});
process.on("disconnect", () => {
  for (const { device } of readers.values()) device.unplug();
  process.exit(0);
});
