import type { TraceSink } from "@cardwire/core";
import type { Air } from "./air.ts";
import type { ReaderAttributes } from "./attributes.ts";
import type { Behaviour } from "./behaviour.ts";
import type { CardSlot } from "./card-slot.ts";

/** What the handling of every I/O control needs of the reader. */
export interface ReaderCore {
  readonly behaviour: Behaviour;
  readonly attributes: ReaderAttributes;
  readonly air: Air;
  readonly slot: CardSlot;
  readonly trace: TraceSink | undefined;
  readonly isRadioOn: boolean;
}
