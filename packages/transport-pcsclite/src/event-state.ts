import { type SmartCardReaderStateIn, type SmartCardReaderStateOut } from "@cardwire/core";
import { PCSCLITE_READER_STATE, SCARD_STATE } from "@cardwire/ioctl";
import { believedBits, eventFlags, isPnpNotification } from "@cardwire/scard/terms";
import { type ReaderState } from "./reader-state.ts";

/** A reader's state beside what the caller believes of it. */
export interface ComparedState {
  readonly out: SmartCardReaderStateOut;
  /**
   * pcscd writes a record while others read it: presence before the answer to reset, and before the count. What looks
   * like that is worth a second look after pcscd's next signal.
   */
  readonly settled: boolean;
}

const { UNKNOWN, ABSENT, PRESENT, SWALLOWED } = PCSCLITE_READER_STATE;

/** The caller knows nothing of the reader yet. */
export function isUnaware(asked: SmartCardReaderStateIn): boolean {
  const { readerName, currentState, currentCount } = asked;
  return (
    currentState.ignore !== true &&
    believedBits(currentState) === 0 &&
    currentCount === undefined &&
    !isPnpNotification(readerName)
  );
}

function stateOut(
  readerName: string,
  flags: number,
  eventCount: number,
  answerToReset?: Uint8Array,
): SmartCardReaderStateOut {
  return {
    readerName,
    eventState: eventFlags(flags),
    eventCount,
    ...(answerToReset === undefined || answerToReset.length === 0 ? undefined : { answerToReset }),
  };
}

/** A reader that the caller wants ignored. */
export function ignoredState(readerName: string): ComparedState {
  return { out: stateOut(readerName, SCARD_STATE.IGNORE, 0), settled: true };
}

/** The pseudo reader: its count is the number of readers, as on Windows. */
export function comparePnp(asked: SmartCardReaderStateIn, known: number, count: number): ComparedState {
  const changed = count !== (asked.currentCount ?? known);
  return { out: stateOut(asked.readerName, changed ? SCARD_STATE.CHANGED : 0, count), settled: true };
}

/**
 * One reader as SCardGetStatusChange of libpcsclite sees it. A state without any flag is "unaware", and changed whatever
 * is so. Somebody beginning to use a card is no change, somebody ceasing to is one.
 *
 * @param reader undefined when there is no reader of that name any more.
 */
export function compareState(asked: SmartCardReaderStateIn, reader: ReaderState | undefined): ComparedState {
  const { readerName, currentCount } = asked;
  if (reader === undefined)
    return {
      out: stateOut(readerName, SCARD_STATE.UNKNOWN | SCARD_STATE.UNAVAILABLE | SCARD_STATE.CHANGED, 0),
      settled: true,
    };

  const believed = believedBits(asked.currentState);
  const { state, sharing, eventCounter, answerToReset } = reader;
  const unavailable = (state & UNKNOWN) !== 0;
  const absent = (state & ABSENT) !== 0;
  const present = !absent && (state & PRESENT) !== 0;
  const mute = present && (state & SWALLOWED) !== 0;

  let flags = 0;
  if (unavailable) flags |= SCARD_STATE.UNAVAILABLE;
  if (absent) flags |= SCARD_STATE.EMPTY;
  if (present) flags |= SCARD_STATE.PRESENT;
  if (mute) flags |= SCARD_STATE.MUTE;
  if (sharing < 0) flags |= SCARD_STATE.EXCLUSIVE;
  else if (sharing > 0 && present) flags |= SCARD_STATE.INUSE;

  const differs = (flag: number): boolean => ((believed ^ flags) & flag) !== 0;
  const ceased = (flag: number): boolean => (believed & ~flags & flag) !== 0;
  const recounted = currentCount !== undefined && currentCount !== eventCounter;
  const changed =
    isUnaware(asked) ||
    recounted ||
    differs(SCARD_STATE.UNAVAILABLE) ||
    (present && differs(SCARD_STATE.MUTE)) ||
    (absent && (believed & SCARD_STATE.PRESENT) !== 0) ||
    (present && (believed & SCARD_STATE.EMPTY) !== 0) ||
    ceased(SCARD_STATE.INUSE) ||
    ceased(SCARD_STATE.EXCLUSIVE);
  if (changed) flags |= SCARD_STATE.CHANGED;

  const moved = (present && (believed & SCARD_STATE.EMPTY) !== 0) || (absent && (believed & SCARD_STATE.PRESENT) !== 0);
  const settled =
    unavailable ||
    ((absent || present) &&
      !(present && !mute && answerToReset.length === 0) &&
      !(moved && currentCount !== undefined && !recounted));
  return { out: stateOut(readerName, flags, eventCounter, present ? answerToReset : undefined), settled };
}
