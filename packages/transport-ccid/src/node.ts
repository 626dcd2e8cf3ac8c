/**
 * CCID readers of a machine with Node: found by the package `usb` (an optional peer, version 2.18 or 3.1), with what its
 * versions do differently straightened.
 * @packageDocumentation
 */
import { type SmartCardContext } from "@cardwire/core";
import { type CcidContextOptions } from "./context/context.ts";
import { type NodeUsbOptions } from "./node/node-usb-readers.ts";
import { establishSharedContext } from "./node/shared-manager.ts";

export { isMissingUsbError, MissingUsbError } from "./node/missing-usb-error.ts";
export { type NodeUsbOptions, nodeUsbReaders } from "./node/node-usb-readers.ts";

/** What a context over the CCID readers of this machine is made with. */
export interface NodeCcidContextOptions extends NodeUsbOptions, Omit<CcidContextOptions, "readers"> {}

/**
 * A context over all CCID readers of this machine. Loads nothing and opens no device before it is asked for something;
 * what it is asked for first rejects with a {@link MissingUsbError} where the package `usb` is not installed.
 *
 * Contexts of one process share readers, cards and transactions; what the first of them was made with holds for all.
 * Other programs cannot use a reader meanwhile, and one that another program has (pcscd, for one) is listed and cannot be
 * connected to: the error says who may have it, and what to do.
 */
export function createCcidContext(options: NodeCcidContextOptions = {}): SmartCardContext {
  const { usb, ...rest } = options;
  return establishSharedContext(usb, rest);
}
