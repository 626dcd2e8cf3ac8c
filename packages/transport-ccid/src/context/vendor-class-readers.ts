/**
 * Readers whose CCID interface is of the vendor's class (FFh): vendor and product, from the descriptors in libccid's
 * collection. Other devices with such an interface are not opened to look, as they may belong to somebody else.
 */
const VENDOR_CLASS_READERS: Readonly<Record<number, readonly number[]>> = {
  0x04e6: [0x5120, 0x5121, 0x512b, 0x5291, 0xe003],
  0x076b: [0x532a, 0x5340],
  0x08e6: [0xace0, 0x2202],
  0x09be: [0x0002],
  0x0c4b: [0x0500, 0x0300],
  0x1a74: [0x6356],
  0x413c: [0x2100],
};

/** True for a device that is known to be a reader although its interface does not say so. */
export function isVendorClassReader(vendorId: number, productId: number): boolean {
  return VENDOR_CLASS_READERS[vendorId]?.includes(productId) ?? false;
}
