import type { SmartCardContext } from "@cardwire/core";
import { createCcidContext, isMissingUsbError, type NodeCcidContextOptions } from "@cardwire/transport-ccid/node";
import { NoTransportError } from "../no-transport-error.ts";
import { causeOf } from "./caused-by.ts";

/** CCID readers on USB. @throws NoTransportError MISSING_PACKAGE */
export async function openCcid(options: NodeCcidContextOptions = {}): Promise<SmartCardContext> {
  const context = createCcidContext(options);
  try {
    await context.listReaders();
    return context;
  } catch (error) {
    await context.close();
    const missing = causeOf(error, isMissingUsbError);
    if (missing !== undefined) throw new NoTransportError("MISSING_PACKAGE", missing.message, { cause: error });
    throw error;
  }
}
