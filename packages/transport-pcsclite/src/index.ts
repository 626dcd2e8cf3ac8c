/**
 * SmartCardContext over pcscd's socket protocol, in plain TypeScript.
 * @packageDocumentation
 */
export {};
