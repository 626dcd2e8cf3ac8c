import { SCARD_ATTR } from "@cardwire/ioctl";

/**
 * Attributes that the resource manager answers by itself, for no driver knows them: the reader's friendly name, and its
 * system name, which is the device's path. The A forms have one byte per character, the W forms UTF-16; both end in NUL.
 */
export function managerAttribute(tag: number, readerName: string, path: string): Uint8Array | undefined {
  switch (tag) {
    case SCARD_ATTR.DEVICE_FRIENDLY_NAME_A:
      return narrow(readerName);
    case SCARD_ATTR.DEVICE_FRIENDLY_NAME_W:
      return wide(readerName);
    case SCARD_ATTR.DEVICE_SYSTEM_NAME_A:
      return narrow(path);
    case SCARD_ATTR.DEVICE_SYSTEM_NAME_W:
      return wide(path);
    default:
      return undefined;
  }
}

/** What has no byte is a question mark, as Windows' conversion has it. */
function narrow(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length + 1);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bytes[index] = unit < 0x100 ? unit : 0x3f;
  }
  return bytes;
}

function wide(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * (text.length + 1)));
  for (let index = 0; index < text.length; index++) view.setUint16(2 * index, text.charCodeAt(index), true);
  return new Uint8Array(view.buffer);
}
