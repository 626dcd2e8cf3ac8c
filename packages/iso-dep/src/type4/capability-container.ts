/** The capability container of a Type 4 tag: file E103 (NFC Forum Type 4 Tag specification 1.2, section 5.1). */
export interface Type4Container {
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** The most bytes that one READ BINARY gives. */
  readonly maxReadBytes: number;
  /** The most bytes that one UPDATE BINARY takes. */
  readonly maxWriteBytes: number;
  /** Identifier of the NDEF file. */
  readonly fileId: number;
  /** Size of the NDEF file, the bytes of its length among them. */
  readonly fileBytes: number;
  /** 2, or 4 where an extended file control TLV names the file. */
  readonly lengthBytes: 2 | 4;
  /** 00: everybody. 80–FE: something of the maker's own. */
  readonly readAccess: number;
  /** 00: everybody. FF: nobody. */
  readonly writeAccess: number;
  /** Where in the file the byte of the write access stands. */
  readonly writeAccessOffset: number;
}

/** Length of the fields before the file control TLV. */
const HEAD_BYTES = 7;
const FILE_CONTROL = 0x04;
const EXTENDED_FILE_CONTROL = 0x06;
const FILE_CONTROL_BYTES = 6;
const EXTENDED_FILE_CONTROL_BYTES = 8;
const MIN_READ_BYTES = 0x0f;
/** What a short file, and its container, have to say at least. */
export const CONTAINER_BYTES: number = HEAD_BYTES + 2 + FILE_CONTROL_BYTES;
/** With an extended file control TLV. */
export const EXTENDED_CONTAINER_BYTES: number = HEAD_BYTES + 2 + EXTENDED_FILE_CONTROL_BYTES;
const KNOWN_MAJOR_VERSIONS: readonly number[] = [1, 2, 3];
/** Identifiers that have a meaning of their own. */
const RESERVED_FILES: readonly number[] = [0x0000, 0xe102, 0xe103, 0x3f00, 0x3fff, 0xffff];

/** How many bytes of the container are needed to read it, by what of it there is. */
export function neededContainerBytes(head: Uint8Array): number {
  return head[HEAD_BYTES] === EXTENDED_FILE_CONTROL ? EXTENDED_CONTAINER_BYTES : CONTAINER_BYTES;
}

/** Reads a container; `undefined` where its fields do not have what they may have. */
export function parseType4Container(bytes: Uint8Array): Type4Container | undefined {
  const needed = neededContainerBytes(bytes);
  if (bytes.length < needed) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isExtended = view.getUint8(HEAD_BYTES) === EXTENDED_FILE_CONTROL;
  const valueBytes = isExtended ? EXTENDED_FILE_CONTROL_BYTES : FILE_CONTROL_BYTES;
  const version = view.getUint8(2);
  const maxReadBytes = view.getUint16(3);
  const maxWriteBytes = view.getUint16(5);
  const value = HEAD_BYTES + 2;
  const fileId = view.getUint16(value);
  const fileBytes = isExtended ? view.getUint32(value + 2) : view.getUint16(value + 2);
  const lengthBytes = isExtended ? 4 : 2;
  const isValid =
    view.getUint16(0) >= needed &&
    KNOWN_MAJOR_VERSIONS.includes(version >> 4) &&
    maxReadBytes >= MIN_READ_BYTES &&
    maxWriteBytes >= 1 &&
    (isExtended || view.getUint8(HEAD_BYTES) === FILE_CONTROL) &&
    view.getUint8(HEAD_BYTES + 1) === valueBytes &&
    !RESERVED_FILES.includes(fileId) &&
    fileBytes >= lengthBytes;
  if (!isValid) return undefined;
  const access = value + 2 + lengthBytes;
  return {
    majorVersion: version >> 4,
    minorVersion: version & 15,
    maxReadBytes,
    maxWriteBytes,
    fileId,
    fileBytes,
    lengthBytes,
    readAccess: view.getUint8(access),
    writeAccess: view.getUint8(access + 1),
    writeAccessOffset: access + 1,
  };
}

/** What a new container says. */
export type Type4ContainerFields = Pick<Type4Container, "maxReadBytes" | "maxWriteBytes" | "fileId" | "fileBytes"> & {
  /** FF: nobody may write. Everybody when absent. */
  readonly writeAccess?: number;
};

/** A container of mapping version 2.0, or 3.0 for a file of more than FFFE bytes. Everybody may read. */
export function buildType4Container(fields: Type4ContainerFields): Uint8Array {
  const { maxReadBytes, maxWriteBytes, fileId, fileBytes, writeAccess = 0 } = fields;
  const isExtended = fileBytes > 0xfffe;
  const bytes = new Uint8Array(isExtended ? EXTENDED_CONTAINER_BYTES : CONTAINER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length);
  view.setUint8(2, isExtended ? 0x30 : 0x20);
  view.setUint16(3, maxReadBytes);
  view.setUint16(5, maxWriteBytes);
  view.setUint8(HEAD_BYTES, isExtended ? EXTENDED_FILE_CONTROL : FILE_CONTROL);
  view.setUint8(HEAD_BYTES + 1, isExtended ? EXTENDED_FILE_CONTROL_BYTES : FILE_CONTROL_BYTES);
  view.setUint16(HEAD_BYTES + 2, fileId);
  if (isExtended) view.setUint32(HEAD_BYTES + 4, fileBytes);
  else view.setUint16(HEAD_BYTES + 4, fileBytes);
  bytes[bytes.length - 1] = writeAccess;
  return bytes;
}
