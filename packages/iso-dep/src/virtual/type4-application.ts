import { buildTlv, parseCommandApdu, parseTlv, type CommandApdu } from "@cardwire/apdu";
import { concatBytes, equalBytes, fromHex, isFormatError } from "@cardwire/core";
import { buildType4Container, parseType4Container } from "../type4/capability-container.ts";
import type { IsoDepApplication } from "./application.ts";

/** What a virtual Type 4 tag holds. */
export interface Type4Image {
  /** Capability container, file E103. */
  readonly container: Uint8Array;
  /** The NDEF file, and whatever others there are, by identifier. */
  readonly files: ReadonlyMap<number, Uint8Array>;
}

/** The NDEF application of a virtual card. */
export interface Type4Application extends IsoDepApplication {
  /** The files as they are now. */
  toImage(): Type4Image;
}

/** What an image is made of. */
export interface Type4ImageOptions {
  /** The encoded message; none when absent. */
  readonly message?: Uint8Array;
  /** Size of the NDEF file; 1024 when absent. More than FFFE takes mapping version 3.0. */
  readonly fileBytes?: number;
  /** MLe and MLc; 003B and 0034 when absent, as a DESFire has them. */
  readonly maxReadBytes?: number;
  readonly maxWriteBytes?: number;
}

const CONTAINER_FILE = 0xe103;
const NDEF_FILE = 0xe104;
const NAME = "D2760000850101";
const SELECT = 0xa4;
const READ: readonly number[] = [0xb0, 0xb1];
const UPDATE: readonly number[] = [0xd6, 0xd7];
const ODD_INS = 1;
const OFFSET_OBJECT = 0x54;
const DATA_OBJECT = 0x53;
const SW = {
  OK: 0x9000,
  WRONG_LENGTH: 0x6700,
  SECURITY: 0x6982,
  NO_FILE: 0x6986,
  NOT_FOUND: 0x6a82,
  WRONG_P1P2: 0x6b00,
  WRONG_DATA: 0x6a80,
  INS: 0x6d00,
  CLA: 0x6e00,
} as const;

/** The files of a tag with this message. */
export function type4Image(options: Type4ImageOptions = {}): Type4Image {
  const { message = new Uint8Array(0), fileBytes = 1024, maxReadBytes = 0x3b, maxWriteBytes = 0x34 } = options;
  const container = buildType4Container({ maxReadBytes, maxWriteBytes, fileId: NDEF_FILE, fileBytes });
  const file = new Uint8Array(fileBytes);
  const lengthBytes = fileBytes > 0xfffe ? 4 : 2;
  const view = new DataView(file.buffer);
  if (lengthBytes === 4) view.setUint32(0, message.length);
  else view.setUint16(0, message.length);
  file.set(message, lengthBytes);
  return { container, files: new Map([[NDEF_FILE, file]]) };
}

/**
 * What runs on a card that is an NFC Forum Type 4 tag: SELECT, READ and UPDATE BINARY, within MLe and MLc of its
 * container, and never beyond the write access that it says.
 */
export function createType4Application(image: Type4Image): Type4Application {
  return new TagApplication(image);
}

class TagApplication implements Type4Application {
  readonly #files: Map<number, Uint8Array>;
  #isSelected = false;
  #file: number | undefined;

  constructor({ container, files }: Type4Image) {
    this.#files = new Map([[CONTAINER_FILE, container.slice()]]);
    for (const [id, bytes] of files) this.#files.set(id, bytes.slice());
  }

  toImage(): Type4Image {
    const files = new Map([...this.#files].map(([id, bytes]) => [id, bytes.slice()] as const));
    const container = files.get(CONTAINER_FILE) ?? new Uint8Array(0);
    files.delete(CONTAINER_FILE);
    return { container, files };
  }

  reset(): void {
    this.#isSelected = false;
    this.#file = undefined;
  }

  respond(bytes: Uint8Array): Uint8Array {
    let command: CommandApdu;
    try {
      command = parseCommandApdu(bytes);
    } catch (error) {
      if (isFormatError(error)) return answer(SW.WRONG_LENGTH);
      throw error;
    }
    if (command.cla !== 0) return answer(SW.CLA);
    if (command.ins === SELECT) return this.#select(command);
    if (READ.includes(command.ins)) return this.#access(command, (place) => this.#read(command, place));
    if (UPDATE.includes(command.ins)) return this.#access(command, (place) => this.#update(command, place));
    return answer(SW.INS);
  }

  #select({ p1, data }: CommandApdu): Uint8Array {
    if (p1 === 4) {
      this.reset();
      this.#isSelected = equalBytes(data, fromHex(NAME));
      return answer(this.#isSelected ? SW.OK : SW.NOT_FOUND);
    }
    const id = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
    if (p1 !== 0 || data.length !== 2) return answer(SW.WRONG_P1P2);
    if (!this.#isSelected || !this.#files.has(id)) return answer(SW.NOT_FOUND);
    this.#file = id;
    return answer(SW.OK);
  }

  #access(command: CommandApdu, work: (place: Place) => Uint8Array): Uint8Array {
    const bytes = this.#file === undefined ? undefined : this.#files.get(this.#file);
    if (bytes === undefined) return answer(SW.NO_FILE);
    const { ins, p1, p2, data } = command;
    if ((ins & ODD_INS) === 0) {
      const offset = (p1 << 8) | p2;
      return offset >= 0x8000 || offset > bytes.length ? answer(SW.WRONG_P1P2) : work({ bytes, offset, data });
    }
    try {
      const objects = parseTlv(data);
      const offset = objects.find(({ tag }) => tag === OFFSET_OBJECT)?.value;
      if (offset === undefined) return answer(SW.WRONG_DATA);
      const number = offset.reduce((sum, byte) => sum * 256 + byte, 0);
      const content = objects.find(({ tag }) => tag === DATA_OBJECT)?.value ?? new Uint8Array(0);
      return number > bytes.length ? answer(SW.WRONG_P1P2) : work({ bytes, offset: number, data: content });
    } catch (error) {
      if (isFormatError(error)) return answer(SW.WRONG_DATA);
      throw error;
    }
  }

  #read({ ins, ne }: CommandApdu, { bytes, offset }: Place): Uint8Array {
    const { maxReadBytes = SMALLEST_READ } = this.#container ?? {};
    if (ne === 0 || (ne !== 256 && ne > maxReadBytes)) return answer(SW.WRONG_LENGTH);
    const most = Math.min(ne, maxReadBytes);
    if ((ins & ODD_INS) === 0) return answer(SW.OK, bytes.subarray(offset, offset + most));
    const head = most - 2 > 0x7f ? 3 : 2;
    const value = bytes.subarray(offset, offset + most - head);
    return answer(SW.OK, buildTlv([{ tag: DATA_OBJECT, value }]));
  }

  #update(command: CommandApdu, { bytes, offset, data }: Place): Uint8Array {
    const container = this.#container;
    if (container?.writeAccess !== 0) return answer(SW.SECURITY);
    if (command.data.length === 0 || command.data.length > container.maxWriteBytes) return answer(SW.WRONG_LENGTH);
    if (offset + data.length > bytes.length) return answer(SW.WRONG_P1P2);
    bytes.set(data, offset);
    return answer(SW.OK);
  }

  get #container(): ReturnType<typeof parseType4Container> {
    return parseType4Container(this.#files.get(CONTAINER_FILE) ?? new Uint8Array(0));
  }
}

interface Place {
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** What is to be written. */
  readonly data: Uint8Array;
}

const SMALLEST_READ = 0x0f;

function answer(sw: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return concatBytes(data, Uint8Array.of(sw >> 8, sw & 0xff));
}
