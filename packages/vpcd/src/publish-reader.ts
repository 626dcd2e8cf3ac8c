import { type SmartCardContext, type SmartCardEvent } from "@cardwire/core";
import { type VpcdHandle } from "./publish-card.ts";
import { ReaderCard, type ReaderCardOwner } from "./reader-card.ts";
import { Slot, type VpcdOptions } from "./slot.ts";

/** Which reader to publish, and where. */
export interface PublishReaderOptions extends VpcdOptions {
  readonly context: SmartCardContext;
  /** A reader of that context; it may come later. */
  readonly readerName: string;
}

/**
 * Puts a reader of any context into one slot of a running pcscd: its cards come and go there as they do here. The card
 * is connected in shared mode while pcscd powers it. A card that someone else resets shows in pcscd as taken out and
 * put back, since vpcd can say it in no other way. Closing it leaves the context open.
 */
export function publishReader(options: PublishReaderOptions): VpcdHandle {
  const { context, readerName, signal } = options;
  const slot = new Slot(options);
  const ended = new AbortController();
  let card: ReaderCard | undefined;

  const remove = (): void => {
    void slot.remove();
    void card?.dispose();
    card = undefined;
  };
  const insert = (atr: Uint8Array): void => {
    void card?.dispose();
    card = new ReaderCard(context, readerName, atr, owner);
    slot.insert(card);
  };
  const owner: ReaderCardOwner = {
    onGone(gone) {
      if (gone === card) remove();
    },
    onForeignReset(stale) {
      if (stale === card) insert(stale.atr);
    },
  };
  const follow = (event: SmartCardEvent): void => {
    if (event.type === "service-restored") return;
    if ("readerName" in event && event.readerName !== readerName) return;
    // a mute card has no ATR, and nothing that vpcd could show
    if (event.type === "card-inserted" && event.answerToReset.length > 0) insert(event.answerToReset);
    else remove();
  };
  const stop = (): void => {
    ended.abort();
  };
  const run = async (): Promise<void> => {
    try {
      for await (const event of context.watch({ signal: ended.signal })) follow(event);
    } finally {
      signal?.removeEventListener("abort", stop);
      await Promise.all([card?.dispose(), slot.close()]);
    }
  };

  if (signal?.aborted === true) stop();
  else signal?.addEventListener("abort", stop, { once: true });
  const closed = run();
  closed.catch(() => undefined);
  const close = async (): Promise<void> => {
    stop();
    await closed.catch(() => undefined);
  };
  return {
    get state() {
      return slot.state;
    },
    closed,
    close,
    [Symbol.asyncDispose]: close,
  };
}
