/**
 * The PC/SC API's functions (SCardEstablishContext and the others) as a SmartCardContext, however they are called.
 * @packageDocumentation
 */
export {};
