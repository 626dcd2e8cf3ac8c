import { type ScardLayout } from "./layout.ts";

type Encoding = ScardLayout["text"];

/** A name with the zero that ends it. */
export function encodeName(name: string, encoding: Encoding): Uint8Array<ArrayBuffer> {
  if (encoding === "utf-8") return new TextEncoder().encode(`${name}\0`);
  const bytes = new Uint8Array((name.length + 1) * 2);
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index);
    bytes[index * 2] = unit & 0xff;
    bytes[index * 2 + 1] = unit >>> 8;
  }
  return bytes;
}

/** The names of a multi-string: each ends with a zero, and an empty one ends them all. */
export function decodeNames(bytes: Uint8Array, encoding: Encoding): string[] {
  const [names = ""] = new TextDecoder(encoding).decode(bytes).split("\0\0");
  return names.split("\0").filter((name) => name !== "");
}
