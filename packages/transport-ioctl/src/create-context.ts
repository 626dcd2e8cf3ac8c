import type { SmartCardContext } from "@cardwire/core";
import { createIoctlResourceManager, type IoctlManagerOptions } from "./resource-manager.ts";

/**
 * A context with a resource manager of its own, which is closed with it. Where several contexts share the readers, use
 * {@link createIoctlResourceManager}.
 *
 * Opens no device before it is asked for something.
 */
export function createIoctlContext(options: IoctlManagerOptions): SmartCardContext {
  const manager = createIoctlResourceManager(options);
  const context = manager.establishContext();
  return {
    listReaders: () => context.listReaders(),
    getStatusChange: (readerStates, statusOptions) => context.getStatusChange(readerStates, statusOptions),
    connect: (readerName, accessMode, connectOptions) => context.connect(readerName, accessMode, connectOptions),
    watch: (watchOptions) => context.watch(watchOptions),
    close: () => manager.close(),
    [Symbol.asyncDispose]: () => manager.close(),
  };
}
