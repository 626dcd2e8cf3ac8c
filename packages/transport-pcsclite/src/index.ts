/**
 * SmartCardContext over pcscd's socket protocol, in plain TypeScript.
 * @packageDocumentation
 */
export { type PcscliteConnection, type PcscliteReconnectOptions } from "./connection.ts";
export {
  createPcscliteContext,
  type PcscliteConnectResult,
  type PcscliteContext,
  type PcscliteOptions,
} from "./context.ts";
