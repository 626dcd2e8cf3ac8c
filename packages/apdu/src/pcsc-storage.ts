import { FormatError, UsageError } from "@cardwire/core";
import { checkRange, readerCommand } from "./pcsc-command.ts";
import { type GetDataItem, type KeyMemory, type ReaderDialect } from "./reader-dialect.ts";
import { STANDARD_DIALECT } from "./reader-dialects.ts";

/** A key's type on MIFARE cards, or the byte that says it on others. */
export type KeyType = "A" | "B" | number;

function keyTypeByte(keyType: KeyType): number {
  if (keyType === "A") return 0x60;
  if (keyType === "B") return 0x61;
  checkRange(keyType, 0, 0xff, "key type");
  return keyType;
}

/**
 * GET DATA, `FF CA P1 00 Le` (PC/SC part 3 section 3.2.2.1.3): the UID, or the historical bytes of the ATS.
 *
 * @param ne 256, that is Le 00, asks for all there is.
 * @throws UsageError when the dialect has no such item.
 */
export function getData(
  item: GetDataItem,
  ne = 256,
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  const p1 = dialect.getData[item];
  if (p1 === undefined) throw new UsageError(`${dialect.name}: GET DATA has no ${item}`);
  return readerCommand(0xca, p1 << 8, undefined, ne);
}

/** What {@link loadKeys} loads, and where to. */
export interface LoadKeysFields {
  /** 6 bytes for MIFARE Classic, 8 to 32 for others; enciphered if `securedBy` is given. */
  readonly key: Uint8Array;
  /** The number that GENERAL AUTHENTICATE will name. */
  readonly keyNumber: number;
  /** Needed where the dialect has the key type in P2. */
  readonly keyType?: KeyType;
  /** The dialect's first one when absent. */
  readonly memory?: KeyMemory;
  /** True for a key of the reader's, that secures the transmission of others. */
  readonly readerKey?: boolean;
  /** Number of the reader key, 0…15, that the key is enciphered with. */
  readonly securedBy?: number;
}

/**
 * LOAD KEYS, `FF 82 structure number Lc key` (PC/SC part 3 section 3.2.2.1.4).
 *
 * @throws UsageError for a memory, key number or enciphering that the dialect does not offer; FormatError for an empty
 *   key or a number that is no byte.
 */
export function loadKeys(fields: LoadKeysFields, dialect: ReaderDialect = STANDARD_DIALECT): Uint8Array<ArrayBuffer> {
  const form = dialect.loadKeys;
  if (form === undefined) throw new UsageError(`${dialect.name}: keys cannot be loaded`);
  const { key, keyNumber, keyType, memory = form.memories[0], readerKey = false, securedBy } = fields;
  if (memory === undefined || !form.memories.includes(memory))
    throw new UsageError(`${dialect.name}: no keys in ${memory ?? "any"} memory`);
  if (securedBy !== undefined && !form.secured) throw new UsageError(`${dialect.name}: keys go in plain only`);
  if (key.length === 0) throw new FormatError("TOO_SHORT", "the key is empty", { field: "key" });

  let p2: number;
  if (form.p2 === "key-type") {
    if (keyType === undefined) throw new UsageError(`${dialect.name}: a key is loaded for a key type`);
    p2 = keyTypeByte(keyType);
  } else {
    checkRange(keyNumber, 0, 0xff, "key number");
    const [first, last] = form.keyNumbers?.[memory] ?? [0, 0xff];
    if (keyNumber < first || keyNumber > last)
      throw new UsageError(`${dialect.name}: ${memory} key numbers are ${first} to ${last}`);
    p2 = keyNumber;
  }
  let structure = (readerKey ? 0x80 : 0) | (memory === "non-volatile" ? 0x20 : 0);
  if (securedBy !== undefined) {
    checkRange(securedBy, 0, 0x0f, "reader key number");
    structure |= 0x40 | securedBy;
  }
  return readerCommand(0x82, (structure << 8) | p2, key);
}

/** Which key opens which block. */
export interface AuthenticateFields {
  /** Block or page, 0…FFFF; PicoPass readers put book and page bits here. */
  readonly address: number;
  readonly keyType: KeyType;
  /** The number that the key was loaded under. */
  readonly keyNumber: number;
}

/**
 * GENERAL AUTHENTICATE, `FF 86 00 00 05 01 address type number` (PC/SC part 3 section 3.2.2.1.6).
 *
 * @throws UsageError when the dialect has no authentication, or another key number; FormatError for what is out of range.
 */
export function generalAuthenticate(
  fields: AuthenticateFields,
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  const { address, keyType, keyNumber } = fields;
  const form = dialect.authenticate;
  if (form === undefined) throw new UsageError(`${dialect.name}: no authentication`);
  checkRange(address, 0, 0xffff, "address");
  checkRange(keyNumber, 0, 0xff, "key number");
  if (form.keyNumber !== undefined && keyNumber !== form.keyNumber)
    throw new UsageError(`${dialect.name}: the key number must be ${form.keyNumber}`);
  return readerCommand(0x86, 0, Uint8Array.of(0x01, address >>> 8, address & 0xff, keyTypeByte(keyType), keyNumber));
}

/**
 * The obsolete AUTHENTICATE, `FF 88 address type number` (PC/SC part 3 section 3.2.2.1.5). Its six bytes are no command
 * APDU: the key type stands in the place of Lc. Hand them to a reader as they are.
 *
 * @throws UsageError when the dialect does not take it; FormatError for what is out of range.
 */
export function authenticateObsolete(
  fields: AuthenticateFields,
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  const { address, keyType, keyNumber } = fields;
  if (!dialect.authenticate?.obsolete) throw new UsageError(`${dialect.name}: no obsolete AUTHENTICATE`);
  checkRange(address, 0, 0xffff, "address");
  checkRange(keyNumber, 0, 0xff, "key number");
  return Uint8Array.of(0xff, 0x88, address >>> 8, address & 0xff, keyTypeByte(keyType), keyNumber);
}

/**
 * VERIFY, `FF 20 P1 P2 Lc reference data` (PC/SC part 3 section 3.2.2.1.7), for cards with a PIN or password.
 *
 * @param reference P1 P2 as one number.
 */
export function verify(reference: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return readerCommand(0x20, reference, data);
}

/** What READ and UPDATE BINARY address. */
export interface BinaryAddress {
  /** Block, page or byte, in the unit of the card, 0…FFFF. */
  readonly address: number;
  /** True for an ISO 15693 card, whose address some readers take with its low byte first. */
  readonly iso15693?: boolean;
}

function addressBytes({ address, iso15693 = false }: BinaryAddress, dialect: ReaderDialect): number {
  checkRange(address, 0, 0xffff, "address");
  return iso15693 && dialect.iso15693Address === "lsb-first" ? ((address & 0xff) << 8) | (address >>> 8) : address;
}

/**
 * READ BINARY, `FF B0 address Le` (PC/SC part 3 section 3.2.2.1.8).
 *
 * @param fields `ne` 1…256 bytes; `data` for the readers that take a FeliCa service and block list.
 * @throws FormatError for what is out of range.
 */
export function readBinary(
  fields: BinaryAddress & { readonly ne?: number; readonly data?: Uint8Array },
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  return readerCommand(0xb0, addressBytes(fields, dialect), fields.data, fields.ne);
}

/**
 * UPDATE BINARY, `FF D6 address Lc data` (PC/SC part 3 section 3.2.2.1.9).
 *
 * @param fields `data` 1…255 bytes, most often exactly a block.
 * @throws FormatError for what is out of range.
 */
export function updateBinary(
  fields: BinaryAddress & { readonly data: Uint8Array },
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  if (fields.data.length === 0) throw new FormatError("TOO_SHORT", "there is nothing to write", { field: "data" });
  return readerCommand(0xd6, addressBytes(fields, dialect), fields.data);
}
