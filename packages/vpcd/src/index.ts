/**
 * Puts any cardwire reader into a running pcscd.
 * @packageDocumentation
 */
export {};
