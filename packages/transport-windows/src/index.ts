/**
 * Windows: winscard.dll as a SmartCardContext, and reader devices by DeviceIoControl.
 * @packageDocumentation
 */
export {};
