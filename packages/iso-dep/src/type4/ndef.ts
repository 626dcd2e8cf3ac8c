import { type NdefArea, NdefError, NdefTagError, type NdefTagDriver, type NdefWriteAccess } from "@cardwire/ndef";
import {
  CONTAINER_BYTES,
  neededContainerBytes,
  parseType4Container,
  type Type4Container,
} from "./capability-container.ts";
import { desfireVersion, formatDesfire, lockDesfire } from "./desfire.ts";
import type { Type4Files } from "./files.ts";

const CONTAINER_FILE = 0xe103;
const READ_ONLY_ACCESS = 0xff;
/** No card gives less at once. */
const SMALLEST_READ = 0x0f;
const OK = 0x9000;
const UPDATE_BINARY = 0xd6;

/** NDEF of a card, as far as it has been read. */
export interface Type4NdefArea extends NdefArea {
  readonly container: Type4Container;
  readonly version12: 1 | 2;
}

/** NDEF on Type 4 tags (NFC Forum Type 4 Tag specification 1.0 to 1.2, mapping versions 1.0, 2.0 and 3.0). */
export function type4NdefDriver(
  files: Type4Files,
  run: NdefTagDriver<Type4NdefArea>["run"],
): NdefTagDriver<Type4NdefArea> {
  return {
    type: 4,
    run,

    async open(signal) {
      const selected = await files.selectNdef(signal);
      if (selected === undefined) return undefined;
      const container = await readContainer(files, selected, signal);
      if (container === undefined) return undefined;
      const { fileId, fileBytes, lengthBytes, maxReadBytes, majorVersion, minorVersion } = container;
      const closed: Type4NdefArea = {
        container,
        version12: selected,
        version: `${majorVersion}.${minorVersion}`,
        message: undefined,
        capacityBytes: 0,
        readAccess: "protected",
        writeAccess: writeAccessOf(container),
      };
      if (container.readAccess !== 0) return closed;
      if (!(await files.select(fileId, selected, signal))) return undefined;
      const capacityBytes = fileBytes - lengthBytes;
      const length = beNumber(await files.read(0, lengthBytes, maxReadBytes, signal));
      if (length > capacityBytes)
        throw new NdefError("TOO_LONG", `${length} bytes, ${capacityBytes} fit`, {
          field: lengthBytes === 2 ? "NLEN" : "ENLEN",
        });
      const message = await files.read(lengthBytes, length, maxReadBytes, signal);
      if (message.length < length)
        throw new NdefError("TOO_SHORT", `${length} bytes, the file gives ${message.length}`, {
          field: "NDEF message",
        });
      return { ...closed, message, capacityBytes, readAccess: "open" };
    },

    // section 5.4.5: the length is zeroed, the message written, and its length last; the file is selected
    async write({ container: { lengthBytes, maxWriteBytes }, message: before }, message, signal) {
      if (before?.length !== 0) await files.write(0, new Uint8Array(lengthBytes), maxWriteBytes, signal);
      if (message.length === 0) return;
      await files.write(lengthBytes, message, maxWriteBytes, signal);
      const length = new Uint8Array(lengthBytes);
      const view = new DataView(length.buffer);
      if (lengthBytes === 2) view.setUint16(0, message.length);
      else view.setUint32(0, message.length);
      await files.write(0, length, maxWriteBytes, signal);
    },

    async format(signal) {
      const version = await desfireVersion(files, signal);
      if (version === undefined)
        throw new NdefTagError(
          "NOT_FORMATTABLE",
          "the card has no NDEF application, and only its maker can give it one",
        );
      await formatDesfire(files, version, signal);
    },

    async makeReadOnly({ container, version12 }, signal) {
      if (container.writeAccess !== READ_ONLY_ACCESS) {
        const isSelected = await files.select(CONTAINER_FILE, version12, signal);
        const access = Uint8Array.of(READ_ONLY_ACCESS);
        const isWritten =
          isSelected &&
          (await files.send(UPDATE_BINARY, container.writeAccessOffset, access, undefined, signal)).sw === OK;
        if (!isWritten)
          throw new NdefTagError("NOT_LOCKABLE", "the card does not let its capability container be written");
      }
      // beyond what the tag says, a DESFire keeps everybody from writing
      if ((await desfireVersion(files, signal)) !== undefined) await lockDesfire(files, signal);
    },
  };
}

async function readContainer(
  files: Type4Files,
  version: 1 | 2,
  signal?: AbortSignal,
): Promise<Type4Container | undefined> {
  if (!(await files.select(CONTAINER_FILE, version, signal))) return undefined;
  const head = await files.read(0, CONTAINER_BYTES, SMALLEST_READ, signal);
  const needed = neededContainerBytes(head);
  if (needed <= head.length) return parseType4Container(head);
  const rest = await files.read(head.length, needed - head.length, SMALLEST_READ, signal);
  return parseType4Container(Uint8Array.of(...head, ...rest));
}

function writeAccessOf({ writeAccess }: Type4Container): NdefWriteAccess {
  if (writeAccess === 0) return "open";
  return writeAccess === READ_ONLY_ACCESS ? "read-only" : "protected";
}

function beNumber(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}
