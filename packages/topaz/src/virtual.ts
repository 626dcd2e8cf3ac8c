/**
 * Jewel and Topaz (NFC Forum Type 1): translator, helper and virtual silicon: virtual.
 * @packageDocumentation
 */
export {};
