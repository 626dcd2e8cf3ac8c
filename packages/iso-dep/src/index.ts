/**
 * ISO/IEC 14443-4 (ISO-DEP): ATS and ATTRIB, blocks, chaining, waiting time extension, and a virtual card.
 * @packageDocumentation
 */
export {};
