import type { Tap } from "cardwire";

/** Something to fill in before an action. */
export interface Field {
  readonly id: string;
  readonly label: string;
  /** What stands there at first. */
  readonly value: string;
  /** "number" in decimal or with 0x, "hex" bytes, "text" anything; or one of a list. */
  readonly kind: "number" | "hex" | "text" | readonly string[];
}

/** Something that can be done with a tag. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly fields: readonly Field[];
  /** Gives a sentence about what came of it. */
  run(tap: Tap, values: Readonly<Record<string, string>>): Promise<string>;
}
