import { type ScardApi } from "@cardwire/scard";
import { ForeignScardApi, WINDOWS_32, WINDOWS_64 } from "@cardwire/scard/ffi";
import { type Koffi, loadKoffi } from "./koffi.ts";
import { NotWindowsError } from "./not-windows-error.ts";

/** Found by the system's loader, beside the program first: a test may put another there. */
const LIBRARY = "winscard.dll";

let loading: Promise<ScardApi> | undefined;

/**
 * winscard.dll, loaded once per process, or per worker thread.
 *
 * @throws NotWindowsError on another system, MissingKoffiError when koffi is not installed.
 */
export function loadWinscard(): Promise<ScardApi> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<ScardApi> {
  if (process.platform !== "win32") throw new NotWindowsError();
  const koffi: Koffi = await loadKoffi();
  const api = new ForeignScardApi({
    foreign: koffi,
    library: LIBRARY,
    layout: process.arch === "ia32" ? WINDOWS_32 : WINDOWS_64,
    processId: process.pid,
    poolSize: Number(process.env["UV_THREADPOOL_SIZE"]) || undefined,
  });
  // a process that ends waits for its threads: they must not wait for a card
  process.on("exit", () => {
    api.cancelAll();
  });
  return api;
}
