/** A zero-terminated UTF-16 string, as the W functions take it. */
export function wideString(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length + 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(2 * index, text.charCodeAt(index), true);
  return bytes;
}

/** The UTF-16 string that begins at an offset: up to its zero, or to the end. */
export function readWideString(bytes: Uint8Array, offset = 0): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = offset; at + 1 < bytes.length; at += 2) {
    const unit = view.getUint16(at, true);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}
