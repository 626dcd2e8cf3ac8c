import type * as koffiModule from "koffi";
import { MissingKoffiError } from "./missing-koffi-error.ts";

/** The foreign-function interface that Windows' DLLs are called through. */
export type Koffi = typeof koffiModule;
export type { LibraryHandle } from "koffi";

let loading: Promise<Koffi> | undefined;

/**
 * Loads koffi, once per process: an optional peer, wanted only where a reader is really used.
 *
 * @throws MissingKoffiError when it is not installed, or has no build for this machine. The next call tries again.
 */
export function loadKoffi(): Promise<Koffi> {
  loading ??= import("koffi").catch((error: unknown) => {
    loading = undefined;
    throw new MissingKoffiError(error);
  });
  return loading;
}
