/**
 * Commands and responses explained in a line each, and a whole exchange as a log that can be read back.
 * @packageDocumentation
 */
export { type ApduLogEntry, formatApduLog, parseApduLog } from "./apdu-log.ts";
export { describeCommand, describeResponse, statusWordTables } from "./describe.ts";
