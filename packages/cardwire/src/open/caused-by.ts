/** True where the error, or what it was caused by, is of a kind: a context wraps what it could not load. */
export function isCausedBy(error: unknown, isOfKind: (value: unknown) => boolean): boolean {
  return isOfKind(error) || (error instanceof Error && isOfKind(error.cause));
}

/** The sentence of what was the cause, which says what to do. */
export function messageOf(error: unknown): string {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return reason instanceof Error ? reason.message : String(reason);
}
