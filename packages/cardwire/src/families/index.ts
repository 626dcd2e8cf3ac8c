import { felicaFamily } from "./felica.ts";
import { isoDepFamily } from "./iso-dep.ts";
import { iso14443bFamily } from "./iso14443b.ts";
import { iso15693Family } from "./iso15693.ts";
import { mifareClassicFamily } from "./mifare-classic.ts";
import { mifareUltralightFamily } from "./mifare-ultralight.ts";
import { topazFamily } from "./topaz.ts";

/** The tag families that the umbrella knows. A family is one file beside this one, and two words here. */
export const families: readonly [
  typeof mifareUltralightFamily,
  typeof mifareClassicFamily,
  typeof felicaFamily,
  typeof iso15693Family,
  typeof topazFamily,
  typeof iso14443bFamily,
  typeof isoDepFamily,
] = [
  mifareUltralightFamily,
  mifareClassicFamily,
  felicaFamily,
  iso15693Family,
  topazFamily,
  iso14443bFamily,
  isoDepFamily,
];

type AnyFamily = (typeof families)[number];

/** Name of a tag family, as its package is called. */
export type FamilyName = AnyFamily["name"];

/** What `tap.as(name)` gives for each family. */
export type FamilyHelpers = {
  readonly [Room in AnyFamily as Room["name"]]: ReturnType<Room["open"]>["helper"];
};
