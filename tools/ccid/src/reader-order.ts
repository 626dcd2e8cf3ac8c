/** What the process with the emulated readers can be told. */
export type ReaderOrder =
  | {
      readonly do: "plug";
      readonly reader: number;
      readonly serialNumber: string;
      /** With the card of the contract in it. */
      readonly card: boolean;
      readonly features?: number;
      readonly interrupt?: boolean;
      /** idVendor and idProduct, where they matter. */
      readonly identity?: { readonly vendorId: number; readonly productId: number };
    }
  | {
      readonly do: "unplug" | "insert" | "insert-mute" | "remove" | "swap" | "unplug-at-next";
      readonly reader: number;
    };

/** Its answer: done, or why not. */
export interface ReaderReport {
  readonly id: number;
  readonly error?: string;
}
