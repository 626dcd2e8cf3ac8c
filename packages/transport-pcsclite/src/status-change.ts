import {
  type SmartCardGetStatusChangeOptions,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
} from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import { isPnpNotification } from "@cardwire/scard/terms";
import { type ChangeLink } from "./change-link.ts";
import { callError } from "./errors.ts";
import { comparePnp, compareState, ignoredState, isUnaware } from "./event-state.ts";
import { Limits } from "./limits.ts";
import { type ReaderState } from "./reader-state.ts";
import { type StateLink } from "./state-link.ts";

/** The connections that a context asks over. */
export interface StatusLinks {
  readonly states: StateLink;
  readonly changes: ChangeLink;
}

/** pcscd tells no change of sharing between two of its own looks; libpcsclite looks again as often. */
const RECHECK_MS = 60_000;
/** How long pcscd may take between the parts of a record: one poll, and some. */
const SETTLE_MS = 410;
const CALL = { command: "getStatusChange" };

interface Look {
  readonly states: SmartCardReaderStateOut[];
  readonly changed: boolean;
  readonly settled: boolean;
}

/** The logic of SCardGetStatusChange, which pcscd leaves to its clients: it says only that something changed. */
export async function statusChange(
  links: StatusLinks,
  asked: readonly SmartCardReaderStateIn[],
  { timeout, signal }: SmartCardGetStatusChangeOptions,
): Promise<SmartCardReaderStateOut[]> {
  if (asked.every(({ currentState }) => currentState.ignore === true))
    return asked.map(({ readerName }) => ignoredState(readerName).out);

  const limits = new Limits(timeout, signal, () => callError(SCARD.E_TIMEOUT, CALL));
  let knownCount: number | undefined;
  /** What has changed, though pcscd may still be writing it. */
  let unsettled: SmartCardReaderStateOut[] | undefined;
  const look = (readers: readonly ReaderState[]): SmartCardReaderStateOut[] | undefined => {
    if (knownCount === undefined) refuseUnknown(asked, readers);
    knownCount ??= readers.length;
    const { states, changed, settled } = compare(asked, readers, knownCount);
    unsettled = changed ? states : undefined;
    return changed && settled ? states : undefined;
  };

  try {
    // who is unaware of something is told at once, and need not be on pcscd's list for that
    if (timeout === 0 || asked.some(isUnaware)) {
      const states = look(await limits.until(links.states.readerStates()));
      if (states !== undefined) return states;
    }
    let settleAt = Infinity;
    for (;;) {
      if (limits.leftMs <= 0) throw limits.timeoutError;
      const registered = await limits.until(links.changes.register());
      const states = look(registered.states ?? (await limits.until(links.states.readerStates())));
      const now = performance.now();
      if (unsettled === undefined) settleAt = Infinity;
      else settleAt = Math.min(settleAt, now + SETTLE_MS);
      if (states !== undefined) return states;
      if (unsettled !== undefined && now >= settleAt) return unsettled;
      await limits.pause(Math.min(RECHECK_MS, settleAt - now), (callback) =>
        registered.registration.onChange(callback),
      );
    }
  } catch (error) {
    if (error === limits.timeoutError && unsettled !== undefined) return unsettled;
    throw error;
  }
}

function refuseUnknown(asked: readonly SmartCardReaderStateIn[], readers: readonly ReaderState[]): void {
  for (const { readerName } of asked)
    if (!isPnpNotification(readerName) && !readers.some(({ name }) => name === readerName))
      throw callError(SCARD.E_UNKNOWN_READER, { ...CALL, readerName });
}

function compare(asked: readonly SmartCardReaderStateIn[], readers: readonly ReaderState[], knownCount: number): Look {
  const compared = asked.map((state) => {
    const { readerName } = state;
    if (state.currentState.ignore === true) return ignoredState(readerName);
    const reader = readers.find(({ name }) => name === readerName);
    if (reader === undefined && isPnpNotification(readerName)) return comparePnp(state, knownCount, readers.length);
    return compareState(state, reader);
  });
  return {
    states: compared.map(({ out }) => out),
    changed: compared.some(({ out }) => out.eventState.changed),
    settled: compared.every(({ settled }) => settled),
  };
}
