/**
 * Answers to reset of contact cards, contactless cards and storage cards, parsed and built (ISO/IEC 7816-3, PC/SC part 3).
 * @packageDocumentation
 */
export {};
