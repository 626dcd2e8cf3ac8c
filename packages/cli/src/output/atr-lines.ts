import { describeAtr } from "@cardwire/atr/describe";
import { spaced } from "./hex.ts";
import type { Style } from "./style.ts";

/** An answer to reset taken apart, in columns. */
export function atrLines(atr: Uint8Array, style: Style): string[] {
  const lines = describeAtr(atr).map(({ bytes, field, meaning }) => ({ hex: spaced(bytes), field, meaning }));
  const hexWidth = Math.max(0, ...lines.map(({ hex }) => hex.length));
  const fieldWidth = Math.max(0, ...lines.map(({ field }) => field.length));
  return lines.map(({ hex, field, meaning }) =>
    `${hex.padEnd(hexWidth)}  ${style.label(field.padEnd(fieldWidth))}  ${meaning}`.trimEnd(),
  );
}
