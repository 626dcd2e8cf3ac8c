import { readerDialect, type ReaderDialect, WINDOWS_NFC_DIALECT } from "@cardwire/apdu/pcsc";

/** NFC readers that answer the Windows DDI: our own, and those behind Windows' class extension. */
const DDI_READER = /^(?:cardwire NFC|Microsoft IFD) /;

/** What a reader makes of PC/SC part 3, by its name. */
export function dialectOf(readerName: string): ReaderDialect {
  return DDI_READER.test(readerName) ? WINDOWS_NFC_DIALECT : readerDialect(readerName);
}
