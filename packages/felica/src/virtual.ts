/**
 * FeliCa silicon for a virtual field.
 * @packageDocumentation
 */
export { createFelicaTag, type FelicaTag } from "./virtual-tag.ts";
export {
  type FelicaArea,
  type FelicaImage,
  type FelicaLiteImage,
  type FelicaService,
  type FelicaStandardImage,
  type FelicaSystem,
} from "./virtual-image.ts";
