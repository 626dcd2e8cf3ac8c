import { Slot, type VpcdCard, type VpcdOptions, type VpcdState } from "./slot.ts";

/** Something of ours in pcscd. It keeps the process alive until it is closed. */
export interface VpcdHandle {
  readonly state: VpcdState;
  /** Resolves when everything is closed. Rejects when the source of the cards failed; it need not be listened to. */
  readonly closed: Promise<void>;
  /** Takes the card out and closes the connection. Idempotent; resolves with `closed`, after a second at most. */
  close(): Promise<void>;
  /** `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A published card that can be taken out and put back. */
export interface VpcdCardHandle extends VpcdHandle {
  /** Takes the card out; resolves when pcscd's driver has noticed, at its next poll. */
  remove(): Promise<void>;
  /** Puts the card back, or another one in. */
  insert(card?: VpcdCard): void;
}

/**
 * Puts a card into one slot of a running pcscd that has the vpcd driver. Tries again when nobody listens, and connects
 * again when pcscd restarts, until it is closed.
 *
 * @throws FormatError when the ATR is not 2 to 33 bytes long.
 */
export function publishCard(card: VpcdCard, options: VpcdOptions = {}): VpcdCardHandle {
  const slot = new Slot(options);
  slot.insert(card);
  return {
    get state() {
      return slot.state;
    },
    closed: slot.closed,
    close: () => slot.close(),
    remove: () => slot.remove(),
    insert: (other = card) => {
      slot.insert(other);
    },
    [Symbol.asyncDispose]: () => slot.close(),
  };
}
