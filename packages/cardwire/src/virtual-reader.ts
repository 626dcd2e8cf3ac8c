import type { CardFamily, ConformanceProfile, SmartCardContext, TraceSink, VirtualTag } from "@cardwire/core";
import { createNfcReader, type NfcReader } from "@cardwire/nfc-reader";
import { createIoctlContext } from "@cardwire/transport-ioctl";
import { createVirtualField, type VirtualField } from "@cardwire/virtual";
import { readerFamilies } from "./reader-families.ts";

/** What a virtual reader is made of. */
export interface VirtualReaderOptions {
  /** Whose behaviour the reader has; "documented" unless given. */
  readonly profile?: ConformanceProfile;
  /** Receives every layer's bytes, in order: IOCTLs, APDUs, RF. */
  readonly trace?: TraceSink;
  /** What lies on the reader from the start. */
  readonly tags?: Iterable<VirtualTag>;
  /** The card families that the reader knows; all of them unless given. */
  readonly families?: readonly CardFamily[];
}

/** A reader without hardware, and an application's way to it. */
export interface VirtualReader {
  /** What applications use: the same as with any other reader. */
  readonly context: SmartCardContext;
  /** Where tags are put and pulled. */
  readonly field: VirtualField;
  /** The device behind the context: radio, profile, and what `publishReader` of `@cardwire/vpcd` takes. */
  readonly reader: NfcReader;
  /** Closes the context and the reader. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A complete reader in this process: tags in a virtual field, the NFC reader device over it, and the resource manager
 * of Windows as its client. An application cannot tell it from hardware. Does nothing until its context is used.
 */
export function createVirtualReader(options: VirtualReaderOptions = {}): VirtualReader {
  const { profile, trace, tags, families = readerFamilies } = options;
  const field = createVirtualField(tags === undefined ? {} : { tags });
  const reader = createNfcReader({
    frontEnd: field,
    families,
    ...(profile === undefined ? undefined : { profile }),
    ...(trace === undefined ? undefined : { trace }),
  });
  const context = createIoctlContext({ devices: reader });
  const close = async (): Promise<void> => {
    await context.close();
    await reader.close();
  };
  return { context, field, reader, close, [Symbol.asyncDispose]: close };
}
