/**
 * SmartCardContext over any device that answers the Windows smart-card IOCTLs.
 * @packageDocumentation
 */
export { createIoctlContext } from "./create-context.ts";
export { type IoctlDeviceProvider, type IoctlDevices } from "./devices.ts";
export { type Patience } from "./reader.ts";
export { createIoctlResourceManager, type IoctlManagerOptions, type IoctlResourceManager } from "./resource-manager.ts";
