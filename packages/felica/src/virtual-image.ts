/** A FeliCa Lite or Lite-S. */
export interface FelicaLiteImage {
  readonly kind: "lite" | "lite-s";
  /** 8 bytes each. */
  readonly idm: Uint8Array;
  readonly pmm: Uint8Array;
  /** Blocks by number, 16 bytes each, CK with its halves turned round as the chip stores it. Those left out are zeros. */
  readonly blocks: ReadonlyMap<number, Uint8Array>;
}

/** A service: `number << 6 | attribute`. Services of one number share their blocks. */
export interface FelicaService {
  readonly code: number;
  /** Key version, 0 unless given. */
  readonly keyVersion?: number;
  /** The blocks, 16 bytes each; those of the first service with this number where left out. */
  readonly blocks?: Uint8Array;
}

/** An area: the codes of what it holds. */
export interface FelicaArea {
  readonly code: number;
  readonly endCode: number;
  readonly keyVersion?: number;
}

/** A system of a FeliCa Standard. */
export interface FelicaSystem {
  readonly code: number;
  readonly areas?: readonly FelicaArea[];
  readonly services: readonly FelicaService[];
}

/** A FeliCa Standard. */
export interface FelicaStandardImage {
  readonly kind: "standard";
  /** Of the first system; the others have their number in the first four bits. */
  readonly idm: Uint8Array;
  readonly pmm: Uint8Array;
  readonly systems: readonly FelicaSystem[];
}

/** All that a FeliCa card is. */
export type FelicaImage = FelicaLiteImage | FelicaStandardImage;
