/**
 * Smart cards and NFC tags: one import for every reader of the machine.
 * @packageDocumentation
 */
export {};
