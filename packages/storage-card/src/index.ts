/**
 * What all storage-card translators share: pseudo-APDUs, key slots, status words and the transparent session
 * (PC/SC part 3). A family brings a table of its instructions; {@link StorageCard} does the rest.
 * @packageDocumentation
 */
export { type Difference, type Differences, rulesOf } from "./differences.ts";
export { documentedGetData, type GetDataRule } from "./get-data.ts";
export { createKeyStore, type KeyStore } from "./key-store.ts";
export { refuseReadLe } from "./read-le.ts";
export { type DataObject, type LengthForm, readDataObject, SessionTag } from "./session/data-objects.ts";
export { ObjectWriter } from "./session/object-writer.ts";
export { SessionParameter } from "./session/parameters.ts";
export { ObjectError, type ObjectStep, runObjects } from "./session/run-objects.ts";
export { StatusWord } from "./status-word.ts";
export { type AfterFailure, StorageCard, type StorageCardCommands, type StorageCardOptions } from "./storage-card.ts";
export { storageCardDifferences, type StorageCardRules } from "./storage-card-differences.ts";
export { type CommandDialogue, StorageCommand } from "./storage-command.ts";
