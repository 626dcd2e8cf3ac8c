// control characters are the one thing that a string must not hold
// eslint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANK = /[ \t\r\n]*/y;
/** No dump nests deeper; what does is refused there. */
const MAX_DEPTH = 20;

/**
 * Where a text stops being JSON: hosts refuse it each in their own words, and most do not say where.
 *
 * @returns the offset of the first character that does not belong there; the text's length when it ends too early.
 */
export function jsonErrorOffset(text: string): number {
  let offset = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = offset;
    const found = pattern.test(text);
    if (found) offset = pattern.lastIndex;
    return found;
  };
  const mark = (character: string): boolean => {
    skip(BLANK);
    if (text[offset] !== character) return false;
    offset++;
    return true;
  };
  const list = (end: string, item: () => boolean): boolean => {
    if (mark(end)) return true;
    do if (!item()) return false;
    while (mark(","));
    return mark(end);
  };
  const value = (depth: number): boolean => {
    skip(BLANK);
    if (depth > MAX_DEPTH) return false;
    if (mark("{"))
      return list("}", () => {
        skip(BLANK);
        return skip(STRING) && mark(":") && value(depth + 1);
      });
    if (mark("[")) return list("]", () => value(depth + 1));
    return skip(STRING) || skip(LITERAL);
  };
  value(0);
  skip(BLANK);
  return offset;
}
