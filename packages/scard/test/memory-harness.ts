import { type ContractHarness } from "@cardwire/core/testing";
import { contractCard } from "./fake-card.ts";

const READER_NAME = "Reader";
const TAG = 0x0001_0100;
const CONTROL = 0x0031_2000;

/** What a reader of a fake has. */
interface MemoryReader {
  readonly name: string;
  readonly attributes: Map<number, Uint8Array>;
  readonly controls: Map<number, (data: Uint8Array) => Uint8Array>;
}

/** Readers in memory, and the hand at them. */
interface MemoryReaders<Reader extends MemoryReader, Card> {
  addReader(name: string): Reader;
  removeReader(reader: Reader): void;
  insert(reader: Reader, card: Card): void;
  remove(reader: Reader): void;
}

/** What the contract's cases are run with over readers in memory, but for what only the one who has them knows. */
export function memoryHarness<Reader extends MemoryReader, Card extends { readonly mute?: boolean }>(
  readers: MemoryReaders<Reader, Card>,
  card: Card,
): Omit<ContractHarness, "createContext" | "close"> {
  const reader = readers.addReader(READER_NAME);
  reader.attributes.set(TAG, Uint8Array.of(1, 2, 3));
  reader.controls.set(CONTROL, (data) => Uint8Array.of(0xaa, ...data));
  const others: Reader[] = [];
  return {
    readerName: READER_NAME,
    card: contractCard,
    insertCard: act(() => {
      readers.insert(reader, card);
    }),
    removeCard: act(() => {
      readers.remove(reader);
    }),
    swapCard: act(() => {
      readers.remove(reader);
      readers.insert(reader, card);
    }),
    insertMuteCard: act(() => {
      readers.insert(reader, { ...card, mute: true });
    }),
    attachReader: () => {
      const other = readers.addReader(`${READER_NAME} ${others.length + 1}`);
      others.push(other);
      return Promise.resolve(other.name);
    },
    detachReader: act(() => {
      const last = others.pop();
      if (last !== undefined) readers.removeReader(last);
    }),
    attribute: { tag: TAG, value: Uint8Array.of(1, 2, 3), unsupportedTag: 7 },
    writableAttribute: { tag: TAG, value: Uint8Array.of(4) },
    control: { code: CONTROL, data: Uint8Array.of(1), response: Uint8Array.of(0xaa, 1), unsupportedCode: 5 },
  };
}

/** At once, as a promise. */
export function act(action: () => void): () => Promise<void> {
  return () => {
    action();
    return Promise.resolve();
  };
}
