import { isSmartCardError, type SmartCardContext } from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import { createPcscliteContext, type PcscliteOptions } from "@cardwire/transport-pcsclite";
import { NoTransportError } from "../no-transport-error.ts";

const INSTALL = 'If pcscd is not installed, "apt install pcscd" (Debian, Ubuntu) or your system\'s package does it';

/** pcscd by its socket. @throws NoTransportError NO_SERVICE, NO_PERMISSION */
export async function openPcsclite(options: PcscliteOptions = {}): Promise<SmartCardContext> {
  const context = createPcscliteContext(options);
  try {
    await context.listReaders();
    return context;
  } catch (error) {
    await context.close();
    if (!isSmartCardError(error, "no-service")) throw error;
    if (error.rawCode === SCARD.W_SECURITY_VIOLATION)
      throw new NoTransportError("NO_PERMISSION", error.message, { cause: error });
    throw new NoTransportError("NO_SERVICE", `${error.message}. ${INSTALL}`, { cause: error });
  }
}
