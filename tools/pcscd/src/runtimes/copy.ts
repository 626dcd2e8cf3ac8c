import { createPcscliteContext } from "@cardwire/transport-pcsclite";

export { session } from "./session.ts";

/** An error of this copy of the package. */
export async function failure(socketPath: string): Promise<unknown> {
  return createPcscliteContext({ socketPath: `${socketPath}.missing` })
    .listReaders()
    .catch((error: unknown) => error);
}
