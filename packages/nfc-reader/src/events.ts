import type { RfTarget } from "@cardwire/core";
import type { RadioState } from "./radio.ts";

/** What happens at a reader, for whoever runs it. Applications see the same through their transport. */
export type NfcReaderEvent =
  /** A card of a supported family is there; `atr` as ATR_STRING gives it. */
  | { readonly type: "card-arrived"; readonly family: string; readonly atr: Uint8Array; readonly target: RfTarget }
  | { readonly type: "card-departed" }
  /** A tag lies there that no family takes. */
  | { readonly type: "card-unsupported"; readonly target: RfTarget }
  | { readonly type: "discovery-started" | "discovery-stopped" }
  /** For the host to keep over a restart. */
  | { readonly type: "radio-changed"; readonly radio: RadioState }
  /** The device interface is listed, or no longer so: it follows the radio. */
  | { readonly type: "interface-arrived" | "interface-removed"; readonly path: string }
  /** The front end threw, or a family or hook did. The reader goes on, after a presence interval where it must. */
  | { readonly type: "failed"; readonly error: unknown };

/** Receives a reader's events in their order. Must not throw. */
export type NfcReaderListener = (event: NfcReaderEvent) => void;

/** Those who listen to a reader. */
export class Listeners {
  readonly #listeners = new Set<NfcReaderListener>();

  add(listener: NfcReaderListener): () => void {
    // wrapped, so that one function added twice is two subscriptions
    const own: NfcReaderListener = (event) => {
      listener(event);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  emit(event: NfcReaderEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // a listener's fault is the host's to see; it must not stop the reader in the middle of a change of state
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
