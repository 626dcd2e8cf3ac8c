import { type MaybeBytes, readHex } from "../bits.ts";
import { DumpError, type DumpErrorCode } from "../errors.ts";
import { jsonErrorOffset } from "./json-syntax.ts";

/** A JSON file, the Proxmark3 client's or our own. Errors name the path of the field and the line where it stands. */
export class JsonFile {
  readonly allowPartial: boolean;
  readonly #text: string;
  readonly #root: Readonly<Record<string, unknown>>;

  /** @throws DumpError DAMAGED when the text is no JSON object. */
  constructor(text: string, options: { readonly allowPartial: boolean }) {
    this.allowPartial = options.allowPartial;
    this.#text = text.replace(/^\uFEFF/, "");
    let value: unknown;
    try {
      value = JSON.parse(this.#text);
    } catch (cause) {
      throw new DumpError("DAMAGED", "the file is no complete JSON", {
        line: this.#lineAt(jsonErrorOffset(this.#text)),
        cause,
      });
    }
    if (!isRecord(value)) throw new DumpError("DAMAGED", "the file is no JSON object", { line: 1 });
    this.#root = value;
  }

  /** The value at a path such as "Card.UID" or "systems.0.code"; `undefined` where there is none. */
  get(path: string): unknown {
    let value: unknown = this.#root;
    for (const name of path.split(".")) {
      const parent: unknown = value;
      if (Array.isArray(parent)) value = /^\d+$/.test(name) ? (parent as readonly unknown[])[Number(name)] : undefined;
      else value = isRecord(parent) && Object.hasOwn(parent, name) ? parent[name] : undefined;
    }
    return value;
  }

  string(path: string): string {
    const value = this.get(path);
    if (typeof value === "string") return value;
    throw this.error("DAMAGED", path, value === undefined ? "is missing" : "is no string");
  }

  /** Bytes in hexadecimal, so many of them. */
  bytes(path: string, length: number): Uint8Array {
    const { bytes, unread } = this.#hex(path);
    if (unread.length > 0) throw this.error("DAMAGED", path, "has a byte that was not read");
    if (bytes.length !== length) throw this.error("DAMAGED", path, `has ${bytes.length} bytes, not ${length}`);
    return bytes;
  }

  byte(path: string): number {
    return this.bytes(path, 1)[0] ?? 0;
  }

  anyBytes(path: string): Uint8Array {
    const { bytes, unread } = this.#hex(path);
    if (unread.length > 0) throw this.error("DAMAGED", path, "has a byte that was not read");
    return bytes;
  }

  /** The same, or `undefined` where the file says nothing. */
  optionalBytes(path: string, length: number): Uint8Array | undefined {
    return this.get(path) === undefined ? undefined : this.bytes(path, length);
  }

  optionalByte(path: string): number | undefined {
    return this.optionalBytes(path, 1)?.[0];
  }

  /** All of "blocks", joined: numbers from 0 on without a gap, each as long as the first one unless `blockBytes` says it. */
  blocks(blockBytes?: number): MaybeBytes & { readonly blockBytes: number } {
    const blocks = this.get("blocks");
    if (!isRecord(blocks)) throw this.error("DAMAGED", "blocks", blocks === undefined ? "is missing" : "is no object");
    const names = Object.keys(blocks);
    const size = blockBytes ?? this.#hex("blocks.0").bytes.length;
    const bytes = new Uint8Array(names.length * size);
    const unread: number[] = [];
    for (let number = 0; number < names.length; number++) {
      const path = `blocks.${number}`;
      if (this.get(path) === undefined) {
        const stray = names.find((name) => !/^(?:0|[1-9]\d*)$/.test(name));
        throw stray === undefined
          ? this.error("PARTIAL", path, "is missing between others")
          : this.error("DAMAGED", `blocks.${stray}`, "is no block number");
      }
      const block = this.#hex(path);
      if (block.bytes.length !== size)
        throw this.error("DAMAGED", path, `has ${block.bytes.length} bytes, not ${size}`);
      if (block.unread.length > 0 && !this.allowPartial)
        throw this.error("PARTIAL", path, `${block.unread.length} of ${size} bytes were not read`);
      bytes.set(block.bytes, number * size);
      for (const index of block.unread) unread.push(number * size + index);
    }
    return { bytes, unread, blockBytes: size };
  }

  error(code: DumpErrorCode, path: string, message: string): DumpError {
    return new DumpError(code, message, { field: path, line: this.#lineOf(path) });
  }

  #hex(path: string): MaybeBytes {
    const text = this.string(path);
    const value = readHex(text);
    if (value === undefined) throw this.error("DAMAGED", path, `"${text.slice(0, 50)}" are no bytes in hexadecimal`);
    return value;
  }

  /** The line of the last name of a path that stands in the file, looked for one after the other. */
  #lineOf(path: string): number {
    let offset = 0;
    for (const name of path.split(".")) {
      const found = this.#text.indexOf(JSON.stringify(name), offset);
      if (found < 0) break;
      offset = found;
    }
    return this.#lineAt(offset);
  }

  #lineAt(offset: number): number {
    return this.#text.slice(0, offset).split("\n").length;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
