import { copyBytes, equalBytes } from "./bytes.ts";
import {
  type SmartCardEvent,
  type SmartCardReaderStateFlagsIn,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
} from "./smart-card.ts";

/** PC/SC keeps the count of insertions and removals in a high word. */
const COUNT_MODULUS = 0x1_0000;

interface WatchedReader {
  /** What is handed back as known; `unaware` until the first report. */
  flags: SmartCardReaderStateFlagsIn;
  count: number;
  /** The answer to reset of the card that is there, empty for a mute one; `undefined` without a card. */
  card: Uint8Array | undefined;
}

const UNAWARE: SmartCardReaderStateFlagsIn = { unaware: true };

/** What a watcher knows of the readers, and the events that lie between two states of them. */
export class WatchedReaders {
  readonly #readers = new Map<string, WatchedReader>();
  readonly #emit: (event: SmartCardEvent) => void;

  constructor(emit: (event: SmartCardEvent) => void) {
    this.#emit = emit;
  }

  /** Takes the list of readers: detaches what is not in it, then attaches what is new. True when it is another list. */
  list(names: readonly string[]): boolean {
    const listed = new Set(names);
    let changed = false;
    for (const name of [...this.#readers.keys()]) {
      if (listed.has(name)) continue;
      this.#detach(name);
      changed = true;
    }
    for (const name of listed) {
      if (this.#readers.has(name)) continue;
      this.#readers.set(name, { flags: UNAWARE, count: 0, card: undefined });
      this.#emit({ type: "reader-attached", readerName: name });
      changed = true;
    }
    return changed;
  }

  /** What is known, as `getStatusChange` takes it. */
  states(): SmartCardReaderStateIn[] {
    return Array.from(this.#readers, ([readerName, { flags, count }]) =>
      flags === UNAWARE
        ? { readerName, currentState: flags }
        : { readerName, currentState: flags, currentCount: count },
    );
  }

  /** Takes a reported state. True when it differs from what was known. */
  update({ readerName, eventState, eventCount, answerToReset }: SmartCardReaderStateOut): boolean {
    const reader = this.#readers.get(readerName);
    if (reader === undefined) return false;
    const { unavailable, empty, present, exclusive, inuse, mute, unpowered } = eventState;
    const known = reader.flags;
    const changed =
      known.unaware === true ||
      reader.count !== eventCount ||
      known.unavailable !== unavailable ||
      known.empty !== empty ||
      known.present !== present ||
      known.exclusive !== exclusive ||
      known.inuse !== inuse ||
      known.mute !== mute ||
      known.unpowered !== unpowered;
    const there = present && !unavailable && !eventState.unknown;
    const swapped =
      there &&
      reader.card !== undefined &&
      (reader.count !== eventCount || isOtherCard(reader.card, answerToReset ?? reader.card));
    if (reader.card !== undefined && (!there || swapped)) {
      // of a swap the first half is the count before the last
      const count = swapped ? (eventCount + COUNT_MODULUS - 1) % COUNT_MODULUS : eventCount;
      this.#emit({ type: "card-removed", readerName, eventCount: count });
      reader.card = undefined;
    }
    if (there && reader.card === undefined) {
      reader.card = copyBytes(answerToReset ?? new Uint8Array(0));
      this.#emit({ type: "card-inserted", readerName, answerToReset: copyBytes(reader.card), eventCount });
    } else if (there && answerToReset !== undefined) reader.card = copyBytes(answerToReset);
    reader.count = eventCount;
    reader.flags = { unavailable, empty, present, exclusive, inuse, mute, unpowered };
    return changed;
  }

  /** All readers are gone, as with the service that had them. */
  detachAll(): void {
    for (const name of [...this.#readers.keys()]) this.#detach(name);
  }

  #detach(readerName: string): void {
    const reader = this.#readers.get(readerName);
    if (reader?.card !== undefined)
      this.#emit({ type: "card-removed", readerName, eventCount: (reader.count + 1) % COUNT_MODULUS });
    this.#readers.delete(readerName);
    this.#emit({ type: "reader-detached", readerName });
  }
}

/** Where a resource manager has no counter, another answer to reset tells; a mute card has none to compare. */
function isOtherCard(known: Uint8Array, answerToReset: Uint8Array): boolean {
  return known.length > 0 && answerToReset.length > 0 && !equalBytes(known, answerToReset);
}
