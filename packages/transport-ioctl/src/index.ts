/**
 * SmartCardContext over any device that answers the Windows smart-card IOCTLs.
 * @packageDocumentation
 */
export {};
