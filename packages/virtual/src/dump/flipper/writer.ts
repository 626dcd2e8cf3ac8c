import { toHex } from "@cardwire/core";

/** Collects the lines of a Flipper file. */
export class FlipperWriter {
  readonly #lines: string[] = [];

  comment(text: string): this {
    this.#lines.push(`# ${text}`);
    return this;
  }

  field(key: string, value: string | number | boolean): this {
    this.#lines.push(`${key}: ${value}`);
    return this;
  }

  bytes(key: string, value: Uint8Array): this {
    return this.field(key, toHex(value, " "));
  }

  byte(key: string, value: number): this {
    return this.bytes(key, Uint8Array.of(value));
  }

  /** Lines end in LF, the last one too. */
  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
