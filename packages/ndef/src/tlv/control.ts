import { NdefError } from "../wire/errors.ts";

/** Bytes of a tag's memory, counted from its byte 0. */
export interface ByteRange {
  readonly address: number;
  readonly length: number;
}

/** A lock control TLV: where dynamic lock bits stand, and what they lock (Types 1 and 2). */
export interface LockControl {
  /** Of the first lock byte, from byte 0 of the tag. */
  readonly address: number;
  /** How many lock bits there are, 1–256. */
  readonly lockBits: number;
  /** How many bytes one lock bit locks: a power of two. */
  readonly bytesPerLockBit: number;
  /** The unit in which the address is counted: a power of two. */
  readonly pageBytes: number;
}

/** A memory control TLV: bytes that are not for NDEF (Types 1 and 2). */
export interface MemoryControl {
  /** Of the first reserved byte, from byte 0 of the tag. */
  readonly address: number;
  /** How many bytes are reserved, 1–256. */
  readonly reservedBytes: number;
  /** The unit in which the address is counted: a power of two. */
  readonly pageBytes: number;
}

/** The bytes that the lock bits take. */
export function lockRange(control: LockControl): ByteRange {
  return { address: control.address, length: Math.ceil(control.lockBits / 8) };
}

/** The bytes that are reserved. */
export function memoryRange(control: MemoryControl): ByteRange {
  return { address: control.address, length: control.reservedBytes };
}

/** Decodes the value of a lock control TLV (Type 2 Tag 1.2 section 2.3.2). @throws NdefError unless it has 3 bytes. */
export function parseLockControl(value: Uint8Array): LockControl {
  const { position, size, control } = threeBytes(value, "lock control TLV");
  const pageBytes = 1 << (control & 0x0f);
  return {
    address: (position >>> 4) * pageBytes + (position & 0x0f),
    lockBits: size === 0 ? 256 : size,
    bytesPerLockBit: 1 << (control >>> 4),
    pageBytes,
  };
}

/** Decodes the value of a memory control TLV (Type 2 Tag 1.2 section 2.3.3). @throws NdefError unless it has 3 bytes. */
export function parseMemoryControl(value: Uint8Array): MemoryControl {
  const { position, size, control } = threeBytes(value, "memory control TLV");
  // the high nibble of the last byte is reserved here
  const pageBytes = 1 << (control & 0x0f);
  return {
    address: (position >>> 4) * pageBytes + (position & 0x0f),
    reservedBytes: size === 0 ? 256 : size,
    pageBytes,
  };
}

/** The value of a lock control TLV, 3 bytes. @throws NdefError for what its fields cannot say. */
export function lockControlValue(control: LockControl): Uint8Array {
  const field = "lock control TLV";
  return Uint8Array.of(
    positionByte(control, field),
    sizeByte(control.lockBits, field),
    (log2(control.bytesPerLockBit, field) << 4) | log2(control.pageBytes, field),
  );
}

/** The value of a memory control TLV, 3 bytes. @throws NdefError for what its fields cannot say. */
export function memoryControlValue(control: MemoryControl): Uint8Array {
  const field = "memory control TLV";
  return Uint8Array.of(
    positionByte(control, field),
    sizeByte(control.reservedBytes, field),
    log2(control.pageBytes, field),
  );
}

function threeBytes(value: Uint8Array, field: string): { position: number; size: number; control: number } {
  const [position, size, control] = value;
  if (position === undefined || size === undefined || control === undefined)
    throw new NdefError("TOO_SHORT", `its value has 3 bytes, not ${value.length}`, { field, offset: 0 });
  if (value.length > 3)
    throw new NdefError("LEFT_OVER", `its value has 3 bytes, not ${value.length}`, { field, offset: 3 });
  return { position, size, control };
}

function positionByte({ address, pageBytes }: { address: number; pageBytes: number }, field: string): number {
  const page = Math.floor(address / pageBytes);
  const offset = address - page * pageBytes;
  if (address < 0 || page > 15 || offset > 15)
    throw new NdefError("INVALID_VALUE", `address ${address} cannot be said in pages of ${pageBytes} bytes`, { field });
  return (page << 4) | offset;
}

function sizeByte(size: number, field: string): number {
  if (!Number.isInteger(size) || size < 1 || size > 256)
    throw new NdefError("INVALID_VALUE", `a size of ${size} is not 1 to 256`, { field });
  return size === 256 ? 0 : size;
}

function log2(value: number, field: string): number {
  const exponent = Math.log2(value);
  if (!Number.isInteger(exponent) || exponent < 0 || exponent > 15)
    throw new NdefError("INVALID_VALUE", `${value} is no power of two up to 32,768`, { field });
  return exponent;
}
