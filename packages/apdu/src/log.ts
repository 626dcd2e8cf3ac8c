/**
 * Commands and responses explained in a line each or byte by byte, and a whole exchange as a log that can be read back.
 * @packageDocumentation
 */
export { type ApduLogEntry, formatApduLog, parseApduLog } from "./apdu-log.ts";
export { type ApduLine } from "./apdu-lines.ts";
export { describeCommand, describeResponse, statusWordTables } from "./describe.ts";
export { explainCommand } from "./explain-command.ts";
export { explainResponse } from "./explain-response.ts";
