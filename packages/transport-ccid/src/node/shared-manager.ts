import { type SmartCardContext } from "@cardwire/core";
import { type CcidContextOptions, createCcidResourceManager } from "../context/context.ts";
import { nodeUsbReaders } from "./node-usb-readers.ts";

interface SharedManager {
  readonly manager: ReturnType<typeof createCcidResourceManager>;
  users: number;
}

/** A reader's interface can be claimed once: contexts over one package `usb` have one manager, as long as there are any. */
const managers = new Map<unknown, SharedManager>();

/**
 * A context of the manager that there is for a package `usb`, or of a new one.
 *
 * @param usb the module, or undefined for the one that is imported.
 */
export function establishSharedContext(usb: unknown, options: Omit<CcidContextOptions, "readers">): SmartCardContext {
  let shared = managers.get(usb);
  if (shared === undefined) {
    const readers = nodeUsbReaders(usb === undefined ? {} : { usb });
    shared = { manager: createCcidResourceManager({ ...options, readers }), users: 0 };
    managers.set(usb, shared);
  }
  shared.users++;
  const context = shared.manager.establishContext();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= leave(context, usb, shared));
  return {
    listReaders: () => context.listReaders(),
    getStatusChange: (readerStates, statusOptions) => context.getStatusChange(readerStates, statusOptions),
    connect: (readerName, accessMode, connectOptions) => context.connect(readerName, accessMode, connectOptions),
    watch: (watchOptions) => context.watch(watchOptions),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function leave(context: SmartCardContext, usb: unknown, shared: SharedManager): Promise<void> {
  const last = --shared.users === 0;
  // who comes from here on gets a manager of its own, which opens devices when this one has put them away
  if (last) managers.delete(usb);
  await context.close();
  if (last) await shared.manager.close();
}
