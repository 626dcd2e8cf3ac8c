/**
 * CCID readers over USB, with no driver: a SmartCardContext over a WebUSB-shaped device: node.
 * @packageDocumentation
 */
export {};
