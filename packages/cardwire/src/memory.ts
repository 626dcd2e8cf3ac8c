/** What an area of a card's memory is for. */
export type MemoryAreaKind =
  "identity" | "lock" | "capability" | "user" | "configuration" | "counter" | "secret" | "reserved" | "system";

/** Consecutive units (pages, blocks) of a card's memory that serve one purpose. */
export interface MemoryArea {
  /** What the product's data sheet calls it, such as "capability container" or "CFG0". */
  readonly name: string;
  readonly kind: MemoryAreaKind;
  /** What the area belongs to where the memory is divided, such as "sector 3" or "service 000B". */
  readonly part?: string;
  /** Number of its first unit. */
  readonly address: number;
  /** How many units. */
  readonly units: number;
  /** `units` × `unitBytes` bytes; absent where they could not be read. */
  readonly bytes?: Uint8Array;
  /** Why there are no bytes. */
  readonly problem?: string;
}

/** A card's memory, as far as it could be read. */
export interface CardMemory {
  /** What the family calls its unit. */
  readonly unit: "page" | "block";
  readonly unitBytes: number;
  /** In the order of their addresses. */
  readonly areas: readonly MemoryArea[];
}

/** How a long reading is followed and given up. */
export interface ReadMemoryOptions {
  readonly signal?: AbortSignal;
  /** Called after each part, with units read and units in all. */
  readonly onProgress?: (unitsRead: number, unitsTotal: number) => void;
}

/** How a card's memory is read. */
export interface TapMemory {
  /**
   * Reads whatever can be read without a key, or with the keys that everybody knows. What cannot be read is an area with
   * a `problem`, not an error.
   *
   * @throws SmartCardError when the card is taken away, the signal's reason when it is aborted.
   */
  read(options?: ReadMemoryOptions): Promise<CardMemory>;
}
