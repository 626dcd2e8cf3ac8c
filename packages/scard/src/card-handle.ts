import { type ScardApi, type ScardHandle } from "./scard-api.ts";
import { connectError, establishError } from "./errors.ts";

/** What to connect. */
export interface CardRequest {
  readonly readerName: string;
  /** SCARD_SHARE_*. */
  readonly shareMode: number;
  /** SCARD_PROTOCOL_* bits. */
  readonly protocols: number;
}

/** A card handle, in a SCARDCONTEXT of its own: a call that blocks in it blocks nothing else. */
export interface CardHandle {
  readonly context: ScardHandle;
  readonly card: ScardHandle;
  /** dwActiveProtocol. */
  readonly protocol: number;
}

/**
 * Connects a card. Where SCardCancel ends a connect that waits for another program's transaction, aborting calls it;
 * elsewhere the call goes on. Either way a card that is connected too late is given back at once, and this rejects with
 * the signal's reason.
 */
export async function openCard(
  api: ScardApi,
  { readerName, shareMode, protocols }: CardRequest,
  signal: AbortSignal,
): Promise<CardHandle> {
  signal.throwIfAborted();
  const call = { command: "connect", readerName };
  const established = await api.establishContext();
  if (established.code !== 0) throw establishError(established.code, api.dialect);
  const { context } = established;
  const cancel = (): void => {
    if (api.dialect.cancelsCalls) api.cancel(context);
  };
  try {
    signal.throwIfAborted();
    signal.addEventListener("abort", cancel, { once: true });
    const { code, card, protocol } = await api.connect(context, readerName, shareMode, protocols);
    if (signal.aborted && code === 0) await api.disconnect(card, 0);
    signal.throwIfAborted();
    if (code !== 0) throw connectError(code, call, api.dialect);
    return { context, card, protocol };
  } catch (error) {
    await api.releaseContext(context);
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** Gives a card back, and the context that it was connected in. */
export async function closeCard(api: ScardApi, { context, card }: CardHandle, disposition: number): Promise<number> {
  const { code } = await api.disconnect(card, disposition);
  await api.releaseContext(context);
  return code;
}
