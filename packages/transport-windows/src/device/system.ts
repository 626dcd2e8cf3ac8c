import { loadKoffi } from "../koffi.ts";
import { NotWindowsError } from "../not-windows-error.ts";
import { KoffiKernel32 } from "./koffi-kernel32.ts";
import { KoffiSetupApi } from "./koffi-setup-api.ts";
import type { Kernel32 } from "./kernel32.ts";
import type { DeviceSetup } from "./setup-api.ts";

/** Windows, as far as devices need it. */
export interface DeviceSystem {
  readonly kernel: Kernel32;
  readonly setup: DeviceSetup;
}

let loaded: DeviceSystem | undefined;

/** @throws NotWindowsError on another system, MissingKoffiError without koffi. */
export async function loadDeviceSystem(): Promise<DeviceSystem> {
  if (process.platform !== "win32") throw new NotWindowsError();
  const koffi = await loadKoffi();
  loaded ??= { kernel: new KoffiKernel32(koffi), setup: new KoffiSetupApi(koffi) };
  return loaded;
}
