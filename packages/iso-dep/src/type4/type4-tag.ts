import { createApduChannel } from "@cardwire/apdu";
import { SerialQueue } from "@cardwire/core";
import { createNdefTag, type NdefTag } from "@cardwire/ndef";
import type { TagConnection } from "@cardwire/storage-card/tag-access";
import { desfireVersion, type DesfireVersion } from "./desfire.ts";
import { Type4Files } from "./files.ts";
import { type4NdefDriver } from "./ndef.ts";

/** How a card is spoken to. */
export interface Type4TagOptions {
  /**
   * Keeps other programs away while several commands belong together: a transaction of the connection. Without it, another
   * program may select something else in between.
   */
  readonly together?: <Result>(work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;
}

/** Of every call. */
export interface Type4CallOptions {
  /** Gives up before the next command. What the card was sent, it was sent. */
  readonly signal?: AbortSignal;
}

/**
 * An ISO-DEP card that may be an NFC Forum Type 4 tag, on any reader. Nothing is sent before something is asked for; calls
 * are queued.
 *
 * Errors: `StatusWordError` from the card, `ApduChannelError` for an answer that is none, `SmartCardError` from the
 * connection.
 */
export class Type4Tag {
  /** The card's NDEF. What another application on it had selected is selected no more. */
  readonly ndef: NdefTag;
  readonly #files: Type4Files;
  readonly #queue = new SerialQueue();
  readonly #together: NonNullable<Type4TagOptions["together"]>;

  constructor(connection: TagConnection, options: Type4TagOptions = {}) {
    this.#together = options.together ?? ((work) => work());
    this.#files = new Type4Files(
      createApduChannel((command, { signal }) => connection.transmit(command, signal && { signal })),
    );
    this.ndef = createNdefTag(type4NdefDriver(this.#files, (work, signal) => this.#run(work, signal)));
  }

  /** What a DESFire says about itself; `undefined` for another card. */
  readDesfireVersion({ signal }: Type4CallOptions = {}): Promise<DesfireVersion | undefined> {
    return this.#run((within) => desfireVersion(this.#files, within), signal);
  }

  #run<Result>(work: (signal?: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#queue.run(() => this.#together(() => work(signal), signal), signal);
  }
}
