/**
 * Answers to reset in words, for people: line by line, and the names of storage cards.
 * @packageDocumentation
 */
export { describeAtr, formatAtr } from "./describe-atr.ts";
export { type AtrLine } from "./describe-historical.ts";
export { type StorageCardText, storageCardText } from "./storage-card-text.ts";
