import { concatBytes, UsageError, writeUint32LE } from "@cardwire/core";
import { buildTlv } from "./build-tlv.ts";
import { checkRange, readerCommand } from "./pcsc-command.ts";
import { type ReaderDialect } from "./reader-dialect.ts";
import { STANDARD_DIALECT } from "./reader-dialects.ts";

/** One operation on a value block. */
export interface ValueOperation {
  readonly operation: "increment" | "decrement";
  /** Address of the block, 0…FF. */
  readonly block: number;
  /** What to add or subtract, 0…FFFF FFFF. */
  readonly operand: number;
  /** A second block that the result is copied to. */
  readonly copyTo?: number;
}

/**
 * Increments or decrements a value block: `FF C2 00 03` of PC/SC part 3 (amendment 1 section 3.2.2.1.10), or the
 * dialect's own command.
 *
 * @throws UsageError when the dialect has no value operations, or cannot copy; FormatError for what is out of range.
 */
export function valueOperation(
  fields: ValueOperation,
  dialect: ReaderDialect = STANDARD_DIALECT,
): Uint8Array<ArrayBuffer> {
  const { operation, block, operand, copyTo } = fields;
  const form = dialect.value;
  if (form === undefined) throw new UsageError(`${dialect.name}: no value operations`);
  checkRange(block, 0, 0xff, "block");
  const bytes = new Uint8Array(4);
  writeUint32LE(bytes, 0, operand, "operand");
  const increment = operation === "increment";

  if (form.kind === "template") {
    const children = [{ tag: 0x80, value: Uint8Array.of(block) }];
    if (copyTo !== undefined) {
      checkRange(copyTo, 0, 0xff, "block");
      children.push({ tag: 0x80, value: Uint8Array.of(copyTo) });
    }
    children.push({ tag: 0x81, value: bytes });
    return readerCommand(0xc2, 0x0003, buildTlv([{ tag: increment ? 0xa0 : 0xa1, children }]));
  }

  if (copyTo !== undefined) throw new UsageError(`${dialect.name}: the result cannot be copied in the same command`);
  if (form.operand === "msb-first") bytes.reverse();
  const op = increment ? form.opIncrement : form.opDecrement;
  const before = op === undefined ? [] : [op];
  if (form.address === "data") before.push(block);
  return readerCommand(
    increment ? form.insIncrement : form.insDecrement,
    form.address === "p1p2" ? block : 0,
    concatBytes(Uint8Array.from(before), bytes),
  );
}
