/**
 * A virtual RF field for tags, and tag dumps from files and to files.
 * @packageDocumentation
 */
export { type ExchangeMoment } from "./field/mishaps.ts";
export {
  createVirtualField,
  type ExchangeHook,
  type VirtualField,
  type VirtualFieldOptions,
} from "./field/virtual-field.ts";
