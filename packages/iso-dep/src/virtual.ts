/**
 * ISO-DEP cards for a virtual field, type A and type B, with an application of one's own.
 * @packageDocumentation
 */
export { type IsoDepApplication, type IsoDepApplicationLike } from "./virtual/application.ts";
export { type IsoDepBehaviour } from "./virtual/behaviour.ts";
export { createIsoDepCard, type IsoDepCard } from "./virtual/card.ts";
export { type IsoDepCardAOptions, type IsoDepCardBOptions, type IsoDepCardOptions } from "./virtual/card-options.ts";
export {
  createType4Application,
  type4Image,
  type Type4Application,
  type Type4Image,
  type Type4ImageOptions,
} from "./virtual/type4-application.ts";
