/**
 * ISO/IEC 15693 tags (NFC Forum Type 5): translator, helper and virtual silicon.
 * @packageDocumentation
 */
export {};
