/** A stream of bytes in both directions: a serial port, or a pair of bulk endpoints. */
export interface ByteLink {
  /** Sends the bytes; resolves when the host has taken them. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Hands over what comes, in any pieces, until it is told to stop. One listener at a time.
   *
   * @param onEnd told once when nothing can come any more, with the reason where there is one.
   * @returns what ends the listening.
   */
  listen(onBytes: (bytes: Uint8Array) => void, onEnd: (reason?: unknown) => void): () => void;
  /** Idempotent. */
  close(): Promise<void>;
}
