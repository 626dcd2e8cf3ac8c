/**
 * A virtual RF field for tags, and tag dumps from files and to files.
 * @packageDocumentation
 */
export {};
