import { concatBytes, equalBytes, fromHex, toHex } from "@cardwire/core";
import type { IsoDepApplication } from "../src/virtual/application.ts";

interface DesfireFile {
  readonly isoId: number;
  bytes: Uint8Array;
  /** Access rights as they are sent, least significant byte first: change, read and write; write, read. */
  access: string;
}

interface DesfireApp {
  readonly name: string;
  readonly files: Map<number, DesfireFile>;
}

const sw = (word: number, data: Uint8Array = new Uint8Array(0)): Uint8Array =>
  concatBytes(data, Uint8Array.of(word >> 8, word & 0xff));

/** A DESFire EV1, as far as a tag needs it: plain communication, files with ISO identifiers, no key given. */
export class DesfireCard implements IsoDepApplication {
  readonly apps = new Map<string, DesfireApp>();
  /** What the master key's settings let everybody do. */
  readonly letsCreate: boolean;
  readonly #storage: number;
  #app: DesfireApp | undefined;
  #file: DesfireFile | undefined;
  #frame = 0;

  constructor({ letsCreate = true, storage = 0x16 }: { letsCreate?: boolean; storage?: number } = {}) {
    this.letsCreate = letsCreate;
    this.#storage = storage;
  }

  reset(): void {
    this.#app = undefined;
    this.#file = undefined;
    this.#frame = 0;
  }

  respond(command: Uint8Array): Uint8Array {
    const [cla, ins = 0, p1 = 0, p2 = 0, lc = 0] = command;
    const data = command.slice(5, 5 + lc);
    return cla === 0x90
      ? this.#native(ins, command.length > 6 ? data : new Uint8Array(0))
      : this.#iso(ins, p1, p2, command);
  }

  #native(ins: number, data: Uint8Array): Uint8Array {
    const version = Uint8Array.of(0x04, 0x01, 0x01, 0x01, 0x00, this.#storage, 0x05);
    switch (ins) {
      case 0x60:
        this.#frame = 1;
        return sw(0x91af, version);
      case 0xaf:
        this.#frame++;
        return this.#frame === 2 ? sw(0x91af, version) : sw(0x9100, new Uint8Array(14));
      case 0x5a: {
        const aid = toHex(data);
        this.#app = this.apps.get(aid);
        return sw(aid === "000000" || this.#app !== undefined ? 0x9100 : 0x91a0);
      }
      case 0xca: {
        const aid = toHex(data.subarray(0, 3));
        if (!this.letsCreate) return sw(0x919d);
        if (this.apps.has(aid)) return sw(0x91de);
        this.apps.set(aid, { name: toHex(data.subarray(7)), files: new Map() });
        return sw(0x9100);
      }
      case 0xcd: {
        const [number = 0, low = 0, high = 0] = data;
        if (this.#app === undefined) return sw(0x919d);
        if (this.#app.files.has(number)) return sw(0x91de);
        const size = (data[6] ?? 0) | ((data[7] ?? 0) << 8) | ((data[8] ?? 0) << 16);
        const access = toHex(data.subarray(4, 6));
        this.#app.files.set(number, { isoId: (high << 8) | low, bytes: new Uint8Array(size), access });
        return sw(0x9100);
      }
      case 0x3d: {
        const file = this.#app?.files.get(data[0] ?? 0);
        if (file === undefined) return sw(0x91f0);
        if (file.access !== "EEEE") return sw(0x919d);
        file.bytes.set(data.subarray(7), (data[1] ?? 0) | ((data[2] ?? 0) << 8));
        return sw(0x9100);
      }
      case 0x5f: {
        const file = this.#app?.files.get(data[0] ?? 0);
        if (file === undefined) return sw(0x91f0);
        if (!file.access.endsWith("E") && file.access[1] !== "E") return sw(0x919d);
        file.access = toHex(data.subarray(2, 4));
        return sw(0x9100);
      }
      default:
        return sw(0x911c);
    }
  }

  #iso(ins: number, p1: number, p2: number, command: Uint8Array): Uint8Array {
    const lc = command[4] ?? 0;
    const data = command.subarray(5, 5 + lc);
    const offset = (p1 << 8) | p2;
    switch (ins) {
      case 0xa4: {
        if (p1 === 4) {
          this.#file = undefined;
          this.#app = [...this.apps.values()].find(({ name }) => equalBytes(data, fromHex(name)));
          return sw(this.#app === undefined ? 0x6a82 : 0x9000);
        }
        const id = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
        this.#file = [...(this.#app?.files.values() ?? [])].find(({ isoId }) => isoId === id);
        return sw(this.#file === undefined ? 0x6a82 : 0x9000);
      }
      case 0xb0:
        return this.#file === undefined ? sw(0x6985) : sw(0x9000, this.#file.bytes.subarray(offset, offset + lc));
      case 0xd6:
        if (this.#file?.access !== "EEEE") return sw(0x6982);
        this.#file.bytes.set(data, offset);
        return sw(0x9000);
      default:
        return sw(0x6d00);
    }
  }
}
