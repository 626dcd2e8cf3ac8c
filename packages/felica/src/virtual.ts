/**
 * FeliCa Standard, Lite and Lite-S (NFC Forum Type 3): translator, helper and virtual silicon: virtual.
 * @packageDocumentation
 */
export {};
