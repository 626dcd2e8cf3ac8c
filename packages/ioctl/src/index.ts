/**
 * The Windows smart-card device contract: control codes, attributes, buffers and statuses.
 * @packageDocumentation
 */
export {};
