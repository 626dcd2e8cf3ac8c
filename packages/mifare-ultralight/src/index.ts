/**
 * MIFARE Ultralight and NTAG (NFC Forum Type 2): translator, helper and virtual silicon.
 * @packageDocumentation
 */
export { mifareUltralightDifferences, type MifareUltralightRules } from "./differences.ts";
export { mifareUltralight } from "./family.ts";
