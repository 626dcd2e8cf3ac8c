/**
 * What all storage-card translators share: pseudo-APDUs, key slots, status words and the transparent session (PC/SC part 3).
 * @packageDocumentation
 */
export {};
