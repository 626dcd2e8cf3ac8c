import { type ForeignInterface } from "./foreign-library.ts";
import { SHARED_THREADS_LENGTH } from "./shared-threads.ts";

const PAGE_READWRITE = 4;
const FILE_MAP_READ_WRITE = 6;
const NO_FILE = -1;

/**
 * Memory that every worker thread of this process and every copy of this package finds: under a name of the system's on
 * Windows, elsewhere by its address, in the one table that all of a process share: the environment. Undefined where there
 * is no way to it.
 */
export function processMemory(
  foreign: ForeignInterface,
  isWindows: boolean,
  processId: number,
): ArrayBuffer | undefined {
  try {
    const address = isWindows ? mapping(foreign, processId) : allocation(foreign, processId);
    return address === 0n ? undefined : foreign.view(address, SHARED_THREADS_LENGTH);
  } catch {
    // some builds of V8 allow no memory that is not their own
    return undefined;
  }
}

function mapping(foreign: ForeignInterface, processId: number): bigint {
  const kernel32 = foreign.load("kernel32.dll");
  const create = kernel32.func("__stdcall", "CreateFileMappingW", "uintptr_t", [
    ...["intptr_t", "void *", "uint32", "uint32", "uint32", "str16"],
  ]);
  const map = kernel32.func("__stdcall", "MapViewOfFile", "uintptr_t", [
    ...["uintptr_t", "uint32", "uint32", "uint32", "uintptr_t"],
  ]);
  const name = `Local\\cardwire-scard-${processId}`;
  const handle = create(NO_FILE, null, PAGE_READWRITE, 0, SHARED_THREADS_LENGTH, name);
  return addressOf(map(handle, FILE_MAP_READ_WRITE, 0, 0, 0));
}

function allocation(foreign: ForeignInterface, processId: number): bigint {
  const libc = foreign.load(null);
  const getenv = libc.func("__cdecl", "getenv", "str", ["str"]);
  const name = `CARDWIRE_SCARD_${processId}`;
  if (getenv(name) === null) {
    const calloc = libc.func("__cdecl", "calloc", "uintptr_t", ["uintptr_t", "uintptr_t"]);
    const setenv = libc.func("__cdecl", "setenv", "int", ["str", "str", "int"]);
    // of two who come at once the second changes nothing, and finds what the first has set
    setenv(name, addressOf(calloc(SHARED_THREADS_LENGTH, 1)).toString(), 0);
  }
  const found = getenv(name);
  return typeof found === "string" ? BigInt(found) : 0n;
}

function addressOf(value: unknown): bigint {
  return typeof value === "bigint" || typeof value === "number" ? BigInt(value) : 0n;
}
