/**
 * The contracts that every cardwire package shares, its error family, bytes and CRCs: testing.
 * @packageDocumentation
 */
export {};
