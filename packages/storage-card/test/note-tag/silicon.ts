import type { NfcATarget, RfFrame, SiliconReply, VirtualTag } from "@cardwire/core";

const BLOCK_BYTES = 4;

/** The silicon of a note tag: eight blocks of four bytes, of which the first is the manufacturer's. */
export class NoteTag implements VirtualTag {
  readonly name = "note tag";
  readonly memory: Uint8Array = new Uint8Array(8 * BLOCK_BYTES);
  #isPowered = false;
  #isSelected = false;

  setPowered(powered: boolean): void {
    this.#isPowered = powered;
    this.#isSelected = false;
  }

  select(): readonly [NfcATarget] | undefined {
    if (!this.#isPowered) return undefined;
    this.#isSelected = true;
    return [{ technology: "nfc-a", uid: this.memory.slice(0, 4), atqa: Uint8Array.of(0x04, 0x00), sak: 0x0c }];
  }

  receive({ data }: RfFrame): SiliconReply {
    const [command, block = 0] = data;
    const offset = block * BLOCK_BYTES;
    if (this.#isSelected && offset < this.memory.length) {
      if (command === 0xb0 && data.length === 2) return reply(this.memory.slice(offset, offset + BLOCK_BYTES));
      if (command === 0xd0 && data.length === 2 + BLOCK_BYTES) {
        if (block === 0) return reply(Uint8Array.of(0x01));
        this.memory.set(data.subarray(2), offset);
        return reply(Uint8Array.of(0x00));
      }
    }
    // it does not answer what it does not understand, and waits to be selected again
    this.#isSelected = false;
    return undefined;
  }
}

function reply(data: Uint8Array): SiliconReply {
  return { kind: "frame", data, lastBits: 8 };
}
