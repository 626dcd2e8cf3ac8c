/**
 * A reader that answers the Windows NFC smart-card DDI over any RF front end.
 * @packageDocumentation
 */
export { type BeforeArrival } from "./card-slot.ts";
export { type Difference, type DifferenceName, DIFFERENCES, differences } from "./differences.ts";
export { type NfcReaderEvent, type NfcReaderListener } from "./events.ts";
export { createNfcReader, type NfcReader, type NfcReaderOptions } from "./nfc-reader.ts";
export { type RadioState } from "./radio.ts";
