/**
 * A reader that answers the Windows NFC smart-card DDI over any RF front end: testing.
 * @packageDocumentation
 */
export {};
