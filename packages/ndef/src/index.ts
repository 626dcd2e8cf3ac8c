/**
 * NDEF messages, records and TLV blocks.
 * @packageDocumentation
 */
export {};
