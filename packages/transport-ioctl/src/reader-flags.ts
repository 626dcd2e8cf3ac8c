import {
  type SmartCardReaderStateFlagsIn,
  type SmartCardReaderStateFlagsOut,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
} from "@cardwire/core";

/** What `getStatusChange` tells of a reader, before anybody's belief is compared with it. */
export interface ReaderSnapshot {
  readonly flags: Partial<SmartCardReaderStateFlagsOut>;
  readonly count: number;
  readonly answerToReset: Uint8Array | undefined;
}

/** The flags that a caller can believe in. */
const COMPARED = ["unavailable", "empty", "present", "exclusive", "inuse", "mute", "unpowered"] as const;

/** A reader whose name nobody has: it was detached while somebody waited. */
export const UNKNOWN_READER: ReaderSnapshot = {
  flags: { unknown: true, unavailable: true },
  count: 0,
  answerToReset: undefined,
};

/** The answer for one reader, and in it whether something is other than the caller believes. */
export function reportReader(
  asked: SmartCardReaderStateIn,
  { flags, count, answerToReset }: ReaderSnapshot,
): SmartCardReaderStateOut {
  const { readerName, currentState, currentCount } = asked;
  if (currentState.ignore === true) return { readerName, eventState: eventFlags({ ignore: true }), eventCount: 0 };
  const changed =
    isUnaware(currentState) ||
    (currentCount !== undefined && currentCount !== count) ||
    flags.unknown === true ||
    COMPARED.some((flag) => (currentState[flag] ?? false) !== (flags[flag] ?? false));
  return {
    readerName,
    eventState: eventFlags({ ...flags, changed }),
    eventCount: count,
    ...(answerToReset === undefined ? undefined : { answerToReset: answerToReset.slice() }),
  };
}

/** The answer for the pseudo reader, whose count is the number of readers. */
export function reportPnp(readerName: string, knownCount: number, count: number): SmartCardReaderStateOut {
  return { readerName, eventState: eventFlags({ changed: knownCount !== count }), eventCount: count };
}

/** Windows' DWORD for it is 0: no flag at all says the same. */
function isUnaware(state: SmartCardReaderStateFlagsIn): boolean {
  return state.unaware === true || COMPARED.every((flag) => state[flag] !== true);
}

function eventFlags(flags: Partial<SmartCardReaderStateFlagsOut>): SmartCardReaderStateFlagsOut {
  return {
    ignore: false,
    changed: false,
    unavailable: false,
    unknown: false,
    empty: false,
    present: false,
    exclusive: false,
    inuse: false,
    mute: false,
    unpowered: false,
    ...flags,
  };
}
