import koffi from "koffi";

const kernel32 = koffi.load("kernel32.dll");
const getProcessHandleCount: (process: number, count: [number]) => number = kernel32.func(
  "__stdcall",
  "GetProcessHandleCount",
  "int32",
  ["intptr_t", koffi.out("uint32 *")],
);
const CURRENT_PROCESS = -1;

/** How many handles this process has open. */
export function handleCount(): number {
  const count: [number] = [0];
  if (getProcessHandleCount(CURRENT_PROCESS, count) === 0) throw new Error("GetProcessHandleCount fails");
  return count[0];
}
