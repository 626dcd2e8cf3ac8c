/**
 * The cardwire command: readers, watch, read, apdu and a demo without hardware.
 * @packageDocumentation
 */
export {};
