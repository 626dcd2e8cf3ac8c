import { isSmartCardError, type SmartCardContext } from "@cardwire/core";
import {
  createWindowsContext,
  isMissingKoffiError,
  isNotWindowsError,
  type WindowsContextOptions,
} from "@cardwire/transport-windows";
import { NoTransportError } from "../no-transport-error.ts";
import { causeOf } from "./caused-by.ts";

/** winscard.dll. @throws NoTransportError MISSING_PACKAGE, UNSUPPORTED_PLATFORM */
export async function openWindows(options: WindowsContextOptions = {}): Promise<SmartCardContext> {
  const context = createWindowsContext(options);
  try {
    await context.listReaders();
    return context;
  } catch (error) {
    // Windows stops the service with the last reader, and starts it with the next: that is waited for, not an error
    if (isSmartCardError(error, "no-service")) return context;
    await context.close();
    const missing = causeOf(error, isMissingKoffiError);
    if (missing !== undefined) throw new NoTransportError("MISSING_PACKAGE", missing.message, { cause: error });
    const elsewhere = causeOf(error, isNotWindowsError);
    if (elsewhere !== undefined)
      throw new NoTransportError("UNSUPPORTED_PLATFORM", elsewhere.message, { cause: error });
    throw error;
  }
}
