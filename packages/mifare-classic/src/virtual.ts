/**
 * MIFARE Classic (Mini, 1K, 2K, 4K) and Plus SL1/SL2: translator, helper and virtual silicon: virtual.
 * @packageDocumentation
 */
export {};
