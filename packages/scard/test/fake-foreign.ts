import { type ForeignFunction, type ForeignInterface } from "../src/ffi.ts";

/** How a function was declared: convention, result and parameters. */
export type FakeDeclaration = readonly [string, string, ...string[]];
/** A function of the fake library: takes the values as they are handed over, and gives its code. */
export type FakeFunction = (...values: never[]) => number;

/** Where a typed array is said to be. */
const BASE = 0x7fff_1234_5000n;

/** A foreign-function interface whose library is written in JavaScript. */
export class FakeForeign implements ForeignInterface {
  readonly declared = new Map<string, FakeDeclaration>();
  readonly loaded: (string | null)[] = [];
  readonly #functions: Readonly<Record<string, FakeFunction>>;
  /** What has an address. */
  readonly memory: Uint8Array[] = [];

  constructor(functions: Readonly<Record<string, FakeFunction>>) {
    this.#functions = functions;
  }

  load(path: string | null): ReturnType<ForeignInterface["load"]> {
    this.loaded.push(path);
    return {
      func: (convention, name, result, parameters) => {
        this.declared.set(name, [convention, result, ...parameters]);
        return this.#function(name);
      },
    };
  }

  address(bytes: Uint8Array): bigint {
    this.memory.push(bytes);
    return BASE;
  }

  /** Every process has memory of its own. */
  view(): ArrayBuffer {
    throw new Error("no view of foreign memory");
  }

  /** What is at an address of the array that had its address taken last. */
  at(address: bigint): Uint8Array {
    const bytes = this.memory.at(-1);
    if (bytes === undefined) throw new Error("nothing has an address");
    return bytes.subarray(Number(address - BASE));
  }

  #function(name: string): ForeignFunction {
    const call = (...values: readonly unknown[]): unknown => {
      const known = this.#functions[name];
      if (known === undefined) throw new Error(`${name} is not faked`);
      return known(...(values as never[]));
    };
    return Object.assign(call, {
      async: (...values: readonly unknown[]): void => {
        const callback = values.at(-1) as (error: unknown, result?: unknown) => void;
        queueMicrotask(() => {
          let result: unknown;
          try {
            result = call(...values.slice(0, -1));
          } catch (error) {
            callback(error);
            return;
          }
          callback(null, result);
        });
      },
    });
  }
}
