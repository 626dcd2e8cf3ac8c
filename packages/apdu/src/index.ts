/**
 * Command and response APDUs, status words, TLV and GET RESPONSE handling (ISO/IEC 7816-3 and -4).
 * @packageDocumentation
 */
export {};
