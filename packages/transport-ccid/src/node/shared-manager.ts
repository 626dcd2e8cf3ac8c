import { type SmartCardContext } from "@cardwire/core";
import { type CcidContextOptions, createCcidResourceManager } from "../context/context.ts";
import { type UsbReaders } from "../usb-device.ts";

interface SharedManager {
  readonly manager: ReturnType<typeof createCcidResourceManager>;
  users: number;
}

/** A reader's interface can be claimed once: contexts over the same devices have one manager, as long as there are any. */
const managers = new Map<UsbReaders, SharedManager>();

/** A context of the manager that there is for these devices, or of a new one. */
export function establishSharedContext(options: CcidContextOptions): SmartCardContext {
  const { readers } = options;
  let shared = managers.get(readers);
  if (shared === undefined) {
    shared = { manager: createCcidResourceManager(options), users: 0 };
    managers.set(readers, shared);
  }
  shared.users++;
  const context = shared.manager.establishContext();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= leave(context, readers, shared));
  return {
    listReaders: () => context.listReaders(),
    getStatusChange: (readerStates, statusOptions) => context.getStatusChange(readerStates, statusOptions),
    connect: (readerName, accessMode, connectOptions) => context.connect(readerName, accessMode, connectOptions),
    watch: (watchOptions) => context.watch(watchOptions),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function leave(context: SmartCardContext, readers: UsbReaders, shared: SharedManager): Promise<void> {
  const last = --shared.users === 0;
  // who comes from here on gets a manager of its own, which claims when this one has given back
  if (last) managers.delete(readers);
  await context.close();
  if (last) await shared.manager.close();
}
