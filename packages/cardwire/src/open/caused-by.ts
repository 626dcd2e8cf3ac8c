/** What is of a kind: the error, or what it was caused by, for a context wraps what it could not load. `undefined`: neither. */
export function causeOf<Kind extends Error>(
  error: unknown,
  isOfKind: (value: unknown) => value is Kind,
): Kind | undefined {
  if (isOfKind(error)) return error;
  return error instanceof Error && isOfKind(error.cause) ? error.cause : undefined;
}
