/**
 * Waits for a card that never comes, for a reader that never comes and in a device, and leaves all the same.
 *
 *   exit-while-waiting.mjs winscard|device
 */
import { createDeviceContext, createWindowsContext } from "@cardwire/transport-windows";

const context = process.argv[2] === "device" ? createDeviceContext({ pollIntervalMs: 20 }) : createWindowsContext();
const [readerName] = await context.listReaders();
if (readerName === undefined) throw new Error("there is no reader");
const [state] = await context.getStatusChange([{ readerName, currentState: {} }]);
if (state === undefined) throw new Error("the reader has no state");
for (let wait = 0; wait < 8; wait++)
  void context.getStatusChange([{ readerName, currentState: { empty: true }, currentCount: state.eventCount }]);
setTimeout(() => process.exit(7), 300);
