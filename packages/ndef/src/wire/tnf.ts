/** Type name formats (NDEF 1.0 section 3.2.6). */
export const Tnf = {
  empty: 0,
  /** A type of the NFC Forum, such as "T", or a local one inside its parent record. */
  wellKnown: 1,
  /** A MIME type (RFC 2046). */
  mime: 2,
  /** The TYPE field is itself a URI. */
  absoluteUri: 3,
  /** "domain:name". */
  external: 4,
  unknown: 5,
  /** Only in the later chunks of a chunked record. */
  unchanged: 6,
  reserved: 7,
} as const;
export type Tnf = (typeof Tnf)[keyof typeof Tnf];
