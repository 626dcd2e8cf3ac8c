/**
 * The floors of the house (docs/architecture.md): a package leans only on floors below its own. The list is written
 * down once, here; a package that is missing from it fails the check.
 */
export const floors: Readonly<Record<string, number>> = {
  core: 0,
  apdu: 1,
  atr: 1,
  ioctl: 1,
  ndef: 1,
  des: 1,
  "storage-card": 2,
  "iso-dep": 3,
  "mifare-ultralight": 3,
  "mifare-classic": 3,
  felica: 3,
  iso15693: 3,
  topaz: 3,
  iso14443b: 3,
  "nfc-reader": 4,
  pn53x: 4,
  virtual: 4,
  scard: 4,
  // a resource manager of its own, which floor 5 opens devices for
  "transport-ioctl": 4,
  "transport-pcsclite": 5,
  "transport-windows": 5,
  "transport-ccid": 5,
  vpcd: 5,
  cardwire: 6,
  cli: 7,
};
