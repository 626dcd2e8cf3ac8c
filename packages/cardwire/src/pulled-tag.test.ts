import {
  type ConformanceProfile,
  fromHex,
  isSmartCardError,
  isSmartCardOtherError,
  type SmartCardConnection,
  toHex,
  type VirtualTag,
} from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { loadTag, type VirtualField } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag216WithUri,
  slixWithUri,
  st25tb04k,
  topaz96WithText,
} from "@cardwire/virtual/samples";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readerFamilies } from "./reader-families.ts";
import { createVirtualReader } from "./virtual-reader.ts";

/** Nothing here waits for anything: the presence check comes when it is called. */
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

interface Session {
  readonly createTag: () => VirtualTag;
  /** Twenty commands, each answered 90 00 by a card that stays. */
  readonly apdus: readonly string[];
}

/** The commands, as often as it takes to have twenty of them. */
function twenty(...apdus: readonly string[]): string[] {
  return Array.from({ length: 20 }, (_, index) => apdus[index % apdus.length] ?? "");
}

const UID = "FFCA000000";
const sessions: Readonly<Record<string, Session>> = {
  "MIFARE Ultralight": {
    createTag: () => loadTag(ntag216WithUri()),
    apdus: twenty(UID, "FFB0000410", "FFD6002804DEADBEEF", "FFB0002810"),
  },
  "MIFARE Classic": {
    createTag: () => loadTag(classic1kWithNdef()),
    apdus: twenty(
      "FF82000006FFFFFFFFFFFF",
      "FF8600000501000C6000",
      "FFB0000C10",
      `FFD6000D10${"5A".repeat(16)}`,
      UID,
      "FF860000050100106000",
      "FFB0001110",
    ),
  },
  "FeliCa Lite-S": {
    createTag: () => loadTag(felicaLiteSWithUri()),
    apdus: twenty(UID, "FFB0000006010B00018000", `FFD6000016010900018005${"5A".repeat(16)}`),
  },
  "ISO/IEC 15693": {
    createTag: () => loadTag(slixWithUri()),
    apdus: twenty(UID, "FFB0000004", "FFD6100004DEADBEEF", "FFB0100004"),
  },
  Topaz: {
    createTag: () => loadTag(topaz96WithText()),
    apdus: twenty(UID, "FFB0000000", "FFD6040001AB", "FFB0040001"),
  },
  "ISO/IEC 14443-3 type B memory": {
    createTag: () => loadTag(st25tb04k()),
    apdus: twenty(UID, "FFB0000704", "FFD6002004DEADBEEF", "FFB0002004"),
  },
  "ISO-DEP": {
    createTag: () =>
      createIsoDepCard({
        uid: fromHex("08112233"),
        // 64 bytes: a command is several blocks, so several exchanges, in both directions
        ats: { fsci: 5 },
        application: (command) => Uint8Array.of(...command.slice(0, 200), 0x90, 0x00),
      }),
    apdus: twenty("00A4040000", `00D60000C8${"5A".repeat(200)}`, "00B0000010"),
  },
};

/** A response in hexadecimal; or why there is none. */
async function transmit(connection: SmartCardConnection, apdu: string): Promise<string> {
  try {
    return toHex(await connection.transmit(fromHex(apdu)));
  } catch (error) {
    // nothing but the two typed errors of a connection
    if (isSmartCardError(error) || isSmartCardOtherError(error)) return error.symbol;
    throw error;
  }
}

const GONE = "SCARD_W_REMOVED_CARD";

/** What the command gives that meets the empty field: a storage card's status word, or the status of a card without one. */
function failureOf(name: string, profile: ConformanceProfile): string {
  if (name !== "ISO-DEP") return "6981";
  return profile === "documented" ? "SCARD_E_TIMEOUT" : GONE;
}

/** Windows' driver goes on with a Classic that does not answer, until the presence check misses it. */
function staysUntilChecked(name: string, profile: ConformanceProfile): boolean {
  return name === "MIFARE Classic" && profile === "nfccx";
}

async function onReader<Result>(
  { createTag }: Session,
  profile: ConformanceProfile,
  use: (connection: SmartCardConnection, field: VirtualField) => Promise<Result>,
  prepare: (field: VirtualField) => void = () => undefined,
): Promise<Result> {
  const families = readerFamilies;
  await using reader = createVirtualReader({ tags: [createTag()], profile, families });
  prepare(reader.field);
  const [name = ""] = await reader.context.listReaders();
  const { connection } = await reader.context.connect(name, "shared", { preferredProtocols: ["t1"] });
  return await use(connection, reader.field);
}

/** How a command went with a card that stayed, and behind which exchange it ended. */
interface Step {
  readonly response: string;
  readonly from: number;
  readonly to: number;
}

function undisturbed(session: Session, profile: ConformanceProfile): Promise<Step[]> {
  return onReader(session, profile, async (connection, field) => {
    const steps: Step[] = [];
    for (const apdu of session.apdus) {
      const from = field.exchangeCount;
      const response = await transmit(connection, apdu);
      expect(response, apdu).toMatch(/9000$/);
      steps.push({ response, from, to: field.exchangeCount });
    }
    return steps;
  });
}

function expected(steps: readonly Step[], pullAt: number, failure: string, stays: boolean): string[] {
  // pulled while it is activated, it is taken for a tag that knows nothing: the first exchange with it fails
  const failing = steps.findIndex(({ from, to }) => to > Math.max(pullAt, from));
  return steps.map(({ response, from, to }, index) => {
    if (index < failing) return response;
    if (index === failing) return failure;
    if (!stays) return GONE;
    // a command that needs no card is answered
    return from === to ? response : failure;
  });
}

describe.each<ConformanceProfile>(["documented", "nfccx"])("a tag pulled at every exchange: %s", (profile) => {
  test.each(Object.entries(sessions))("%s", async (name, session) => {
    const steps = await undisturbed(session, profile);
    expect(steps).toHaveLength(20);
    const exchanges = steps.at(-1)?.to ?? 0;
    expect(exchanges).toBeGreaterThan(12);
    for (const moment of ["before-request", "before-reply"] as const)
      for (let pullAt = 0; pullAt < exchanges; pullAt++) {
        const use = async (connection: SmartCardConnection): Promise<string[]> => {
          const results: string[] = [];
          for (const apdu of session.apdus) results.push(await transmit(connection, apdu));
          // two presence checks later at the latest, nobody believes in the card any more
          await vi.advanceTimersByTimeAsync(400);
          return [...results, await transmit(connection, UID)];
        };
        const results = await onReader(session, profile, use, (field) => field.pullAfter(pullAt, moment));
        const going = expected(steps, pullAt, failureOf(name, profile), staysUntilChecked(name, profile));
        expect(results, `exchange ${pullAt}, ${moment}`).toEqual([...going, GONE]);
      }
  });
});
