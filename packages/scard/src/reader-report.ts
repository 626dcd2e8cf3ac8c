import { type SmartCardReaderStateIn, type SmartCardReaderStateOut } from "@cardwire/core";
import { SCARD_STATE } from "@cardwire/ioctl";
import { type ScardReaderAnswer } from "./scard-api.ts";
import { believedBits, eventFlags } from "./terms/reader-terms.ts";

/** A reader's state beside what the caller believes of it. */
export interface ReaderReport {
  readonly out: SmartCardReaderStateOut;
  /**
   * pcscd writes a reader's record while others read it: presence first, then the answer to reset, the count last. What
   * looks like half of that is worth a second look.
   */
  readonly settled: boolean;
}

/** The flags that a caller can believe in. */
const COMPARED =
  SCARD_STATE.UNAVAILABLE |
  SCARD_STATE.EMPTY |
  SCARD_STATE.PRESENT |
  SCARD_STATE.EXCLUSIVE |
  SCARD_STATE.INUSE |
  SCARD_STATE.MUTE |
  SCARD_STATE.UNPOWERED;

/** The caller knows nothing of the reader: it said so, or gave no flag at all, which is the same number. */
export function isUnaware({ currentState }: SmartCardReaderStateIn): boolean {
  return currentState.unaware === true || believedBits(currentState) === 0;
}

/** A reader that the caller wants ignored. */
export function reportIgnored(readerName: string): ReaderReport {
  return { out: { readerName, eventState: eventFlags(SCARD_STATE.IGNORE), eventCount: 0 }, settled: true };
}

/** The pseudo reader, whose count is the number of readers. */
export function reportPnp(readerName: string, known: number, count: number): ReaderReport {
  const eventState = eventFlags(known === count ? 0 : SCARD_STATE.CHANGED);
  return { out: { readerName, eventState, eventCount: count }, settled: true };
}

/** A reader that was there when the call began, and is listed no more. */
export function reportDetached(readerName: string): ReaderReport {
  const bits = SCARD_STATE.UNKNOWN | SCARD_STATE.UNAVAILABLE | SCARD_STATE.CHANGED;
  return { out: { readerName, eventState: eventFlags(bits), eventCount: 0 }, settled: true };
}

/** The report of one reader, and in it whether something is other than the caller believes. */
export function reportReader(asked: SmartCardReaderStateIn, answer: ScardReaderAnswer): ReaderReport {
  const { readerName, currentState, currentCount } = asked;
  const { eventState, answerToReset } = answer;
  if ((eventState & SCARD_STATE.UNKNOWN) !== 0) return reportDetached(readerName);
  const believed = believedBits(currentState);
  const count = eventState >>> 16;
  const recounted = currentCount !== undefined && currentCount !== count;
  const changed = isUnaware(asked) || recounted || ((believed ^ eventState) & COMPARED) !== 0;
  const bits = changed ? eventState | SCARD_STATE.CHANGED : eventState & ~SCARD_STATE.CHANGED;

  const present = (eventState & SCARD_STATE.PRESENT) !== 0;
  const isMute = (eventState & SCARD_STATE.MUTE) !== 0;
  const hasMoved = (believed & (present ? SCARD_STATE.EMPTY : SCARD_STATE.PRESENT)) !== 0;
  const lacksAnswer = present && !isMute && answerToReset.length === 0;
  const lacksCount = hasMoved && currentCount !== undefined && !recounted;
  return {
    out: {
      readerName,
      eventState: eventFlags(bits),
      eventCount: count,
      ...(present && answerToReset.length > 0 ? { answerToReset: answerToReset.slice() } : undefined),
    },
    settled: !lacksAnswer && !lacksCount,
  };
}
