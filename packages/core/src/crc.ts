/** A CRC of sixteen bits, least significant bit first, one table for every start value. */
function reflectedTable(polynomial: number): Uint16Array {
  const table = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[byte] = crc;
  }
  return table;
}

// filled on first use: importing a package does no work
let table8408: Uint16Array | undefined;

function reflected8408(bytes: Uint8Array, start: number): number {
  table8408 ??= reflectedTable(0x8408);
  let crc = start;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table8408[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}

/** CRC_A of ISO/IEC 14443-3 section 6.2.4: start 6363. Goes on air least significant byte first. */
export function crcA(bytes: Uint8Array): number {
  return reflected8408(bytes, 0x6363);
}

/**
 * CRC_B of ISO/IEC 14443-3 section 7.2: start FFFF, inverted. Goes on air least significant byte first. NFC Forum
 * Type 1 tags use it too, although they are modulated as type A.
 */
export function crcB(bytes: Uint8Array): number {
  return reflected8408(bytes, 0xffff) ^ 0xffff;
}

/** The CRC of ISO/IEC 15693-3 section 7.3: the same function as {@link crcB}, least significant byte first. */
export function crc15693(bytes: Uint8Array): number {
  return crcB(bytes);
}

/** CRC_F of NFC-F (FeliCa, ISO/IEC 18092): CCITT, start 0000. Goes on air most significant byte first. */
export function crcF(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/** The CRC-8 of the MIFARE application directory (MAD): polynomial 1D, start C7. */
export function crc8Mad(bytes: Uint8Array): number {
  let crc = 0xc7;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x1d) & 0xff : (crc << 1) & 0xff;
  }
  return crc;
}
