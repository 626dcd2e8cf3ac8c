import { isSmartCardError, type SmartCardContext } from "@cardwire/core";
import {
  createPcscliteFfiContext,
  isMissingLibraryError,
  type PcscliteFfiOptions,
} from "@cardwire/transport-pcsclite/ffi";
import { NoTransportError } from "../no-transport-error.ts";
import { causeOf } from "./caused-by.ts";

/** pcsc-lite's library, or macOS' PC/SC framework. @throws NoTransportError MISSING_PACKAGE, NO_SERVICE */
export async function openPcscliteFfi(options: PcscliteFfiOptions = {}): Promise<SmartCardContext> {
  const context = createPcscliteFfiContext(options);
  try {
    await context.listReaders();
    return context;
  } catch (error) {
    await context.close();
    const missing = causeOf(error, isMissingLibraryError);
    if (missing !== undefined) throw new NoTransportError("MISSING_PACKAGE", missing.message, { cause: error });
    if (isSmartCardError(error, "no-service"))
      throw new NoTransportError("NO_SERVICE", error.message, { cause: error });
    throw error;
  }
}
