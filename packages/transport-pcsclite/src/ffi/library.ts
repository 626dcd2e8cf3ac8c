import { availableParallelism } from "node:os";
import { type ScardApi } from "@cardwire/scard";
import { ForeignScardApi, MACOS, PCSCLITE_32, PCSCLITE_64, type ScardLayout } from "@cardwire/scard/ffi";
import { MissingLibraryError } from "./missing-library-error.ts";

const MACOS_FRAMEWORK = "/System/Library/Frameworks/PCSC.framework/PCSC";

/** Where this system has pcsc-lite's client library. */
export function defaultLibrary(): string {
  switch (process.platform) {
    case "darwin":
      return MACOS_FRAMEWORK;
    case "freebsd":
    case "openbsd":
      return "libpcsclite.so";
    default:
      return "libpcsclite.so.1";
  }
}

const ARCHITECTURES_OF_32_BITS: ReadonlySet<string> = new Set(["arm", "ia32", "mips", "mipsel"]);

function layoutOfThisMachine(): ScardLayout {
  if (process.platform === "darwin") return MACOS;
  return ARCHITECTURES_OF_32_BITS.has(process.arch) ? PCSCLITE_32 : PCSCLITE_64;
}

/** The threads that calls run in: libuv's, or Bun's, which has one for each processor. */
function poolSize(): number | undefined {
  if ("bun" in process.versions) return availableParallelism();
  return Number(process.env["UV_THREADPOOL_SIZE"]) || undefined;
}

const loading = new Map<string, Promise<ScardApi>>();

/**
 * A library, loaded once per process, or per worker thread.
 *
 * @throws MissingLibraryError when koffi or the library is not installed. The next call tries again.
 */
export function loadLibrary(library: string): Promise<ScardApi> {
  let api = loading.get(library);
  if (api === undefined) {
    api = load(library).catch((error: unknown) => {
      loading.delete(library);
      throw error;
    });
    loading.set(library, api);
  }
  return api;
}

async function load(library: string): Promise<ScardApi> {
  const koffi = await import("koffi").catch((error: unknown) => {
    throw new MissingLibraryError(
      "the package koffi cannot be loaded, and pcsc-lite's library is called through it: npm install koffi",
      error,
    );
  });
  let api: ForeignScardApi;
  try {
    api = new ForeignScardApi({
      foreign: koffi,
      library,
      layout: layoutOfThisMachine(),
      processId: process.pid,
      poolSize: poolSize(),
    });
  } catch (error) {
    throw new MissingLibraryError(
      `${library} cannot be loaded: install pcsc-lite's client library ("apt install libpcsclite1", ` +
        '"dnf install pcsc-lite-libs")',
      error,
    );
  }
  // a process that ends waits for its threads: they must not wait for a card
  process.on("exit", () => {
    api.cancelAll();
  });
  return api;
}
