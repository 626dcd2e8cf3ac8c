/**
 * PN532 and PN533 as an RF front end: ACR122U, SCL3711, serial boards.
 * @packageDocumentation
 */
export {};
