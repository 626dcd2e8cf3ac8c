/** SCARD_ATTR_VENDOR_NAME, and what the reader of pcscd has for it. */
export const VENDOR_NAME = 0x0001_0100;
export const vendorName: Uint8Array = Uint8Array.from("cardwire\0", (character) => character.charCodeAt(0));
export const VENDOR_SERIAL = 0x0001_0103;
/** SCARD_ATTR_SUPRESS_T1_IFS_REQUEST. */
export const SUPPRESS_IFS = 0x0007_0007;
/** SCARD_CTL_CODE(n) of pcsc-lite, and of Windows. */
export const pcscliteControlCode = (number: number): number => 0x4200_0000 + number;
export const windowsControlCode = (number: number): number => 0x0031_0000 + 4 * number;
export const CONTROL_ONE: number = pcscliteControlCode(1);
