import { type ScardReaderAnswer, type ScardReaderQuestion } from "../scard-api.ts";
import { type ScardLayout } from "./layout.ts";
import { Memory } from "./memory.ts";
import { encodeName } from "./text.ts";

/** SCARD_READERSTATEs one after another, and behind them the names that they point to. */
export class ReaderStates {
  readonly #memory: Memory;
  readonly #count: number;
  readonly #layout: ScardLayout["readerState"];

  /** @param addressOf the address of a typed array's bytes. */
  constructor(layout: ScardLayout, readers: readonly ScardReaderQuestion[], addressOf: (bytes: Uint8Array) => bigint) {
    const names = readers.map(({ readerName }) => encodeName(readerName, layout.text));
    const { readerState, dwordSize, pointerSize } = layout;
    this.#count = readers.length;
    this.#layout = readerState;
    let nameOffset = alignUp(readers.length * readerState.size);
    this.#memory = new Memory(names.reduce((length, name) => length + name.length, nameOffset));
    const address = addressOf(this.#memory.bytes);
    readers.forEach(({ currentState }, index) => {
      const offset = index * readerState.size;
      this.#memory.writePointer(offset, pointerSize, address + BigInt(nameOffset));
      this.#memory.writeDword(offset + readerState.currentState, dwordSize, currentState);
      const name = names[index];
      if (name === undefined) return;
      this.#memory.bytes.set(name, nameOffset);
      nameOffset += name.length;
    });
  }

  get bytes(): Uint8Array {
    return this.#memory.bytes;
  }

  /** What the function has written. */
  answers(): ScardReaderAnswer[] {
    const { size, eventState, atrLength, atr, atrRoom } = this.#layout;
    return Array.from({ length: this.#count }, (_, index) => {
      const offset = index * size;
      // pcsc-lite tells one byte more than there is room for while a reader starts
      const length = this.#memory.readDword(offset + atrLength);
      const start = offset + atr;
      return {
        eventState: this.#memory.readDword(offset + eventState),
        answerToReset: this.#memory.bytes.slice(start, length > atrRoom ? start : start + length),
      };
    });
  }
}

/** Names in UTF-16 begin at even addresses. */
function alignUp(offset: number): number {
  return (offset + 7) & ~7;
}
