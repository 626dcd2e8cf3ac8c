/** A function of a library, as koffi gives it: called here and now, or by a thread of the host's pool. */
export interface ForeignFunction {
  (...values: readonly unknown[]): unknown;
  /** The last value is a callback with an error and the function's result. */
  async(...values: readonly unknown[]): unknown;
}

/** A library, as koffi gives it. */
export interface ForeignLibrary {
  func(convention: string, name: string, result: string, parameters: string[]): ForeignFunction;
}

/** What is needed of koffi. */
export interface ForeignInterface {
  /** The library of a path, or what the program itself is linked with. */
  load(path: string | null): ForeignLibrary;
  /** The address of the bytes of a typed array. */
  address(bytes: Uint8Array): bigint;
  /** The memory at an address. */
  view(address: bigint, length: number): ArrayBuffer;
}
