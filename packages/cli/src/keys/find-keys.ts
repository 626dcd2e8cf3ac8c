import { parseResponseApdu, requireSuccess } from "@cardwire/apdu";
import { generalAuthenticate, loadKeys, type ReaderDialect } from "@cardwire/apdu/pcsc";
import { PCSC_LOAD_KEYS_STATUS_WORDS } from "@cardwire/apdu/status-words";
import type { SmartCardConnection } from "@cardwire/core";
import {
  CLASSIC_GEOMETRY,
  type ClassicKeyType,
  type ClassicSize,
  firstBlockOfSector,
  type SectorKeys,
} from "@cardwire/mifare-classic";

/** Which card, and what to try on it. */
export interface FindKeysOptions {
  readonly connection: SmartCardConnection;
  /** What the reader makes of PC/SC part 3. */
  readonly dialect: ReaderDialect;
  readonly size: ClassicSize;
  /** Keys of 6 bytes. */
  readonly candidates: readonly Uint8Array[];
  readonly signal?: AbortSignal;
  /** Called before each key, with keys tried, and with places found of all places that a key may open. */
  readonly onProgress?: (tried: number, found: number, places: number) => void;
}

interface Place {
  readonly sector: number;
  readonly type: ClassicKeyType;
}

const TYPES: readonly ClassicKeyType[] = ["a", "b"];
const OK = 0x9000;
/** INS or CLA not supported, wrong P1 P2: the reader does not know the command, whatever the key (ISO/IEC 7816-4 table 6). */
const NOT_ABOUT_THE_KEY: readonly number[] = [0x6700, 0x6881, 0x6a81, 0x6b00, 0x6d00, 0x6e00];

/**
 * Finds out which keys open which sectors. A key is loaded into the reader once and tried wherever none is known yet.
 *
 * @throws StatusWordError where the reader knows no MIFARE Classic.
 */
export async function findKeys(options: FindKeysOptions): Promise<ReadonlyMap<number, SectorKeys>> {
  const { dialect, candidates, signal, onProgress } = options;
  const found = new Map<number, { a?: Uint8Array; b?: Uint8Array }>();
  const { sectors } = CLASSIC_GEOMETRY[options.size];
  let closed: Place[] = Array.from({ length: sectors }, (_, sector) => TYPES.map((type) => ({ sector, type }))).flat();
  const places = closed.length;
  const memory = dialect.loadKeys?.memories[0] ?? "volatile";
  const keyNumber = dialect.authenticate?.keyNumber ?? dialect.loadKeys?.keyNumbers?.[memory]?.[0] ?? 0;
  const transmit = async (command: Uint8Array): Promise<ReturnType<typeof parseResponseApdu>> =>
    parseResponseApdu(await options.connection.transmit(command, signal && { signal }));

  for (const [index, key] of candidates.entries()) {
    if (closed.length === 0) break;
    onProgress?.(index, places - closed.length, places);
    const still: Place[] = [];
    let loaded: ClassicKeyType | undefined;
    // some readers load a key as key A or key B
    for (const place of byType(closed, dialect.loadKeys?.p2 === "key-type")) {
      signal?.throwIfAborted();
      const keyType = place.type === "a" ? "A" : "B";
      if (loaded === undefined || (dialect.loadKeys?.p2 === "key-type" && loaded !== place.type)) {
        requireSuccess(
          await transmit(loadKeys({ key, keyNumber, keyType, memory }, dialect)),
          PCSC_LOAD_KEYS_STATUS_WORDS,
        );
        loaded = place.type;
      }
      const address = firstBlockOfSector(place.sector);
      const response = await transmit(generalAuthenticate({ address, keyType, keyNumber }, dialect));
      if (NOT_ABOUT_THE_KEY.includes(response.sw)) requireSuccess(response);
      if (response.sw === OK) found.set(place.sector, { ...found.get(place.sector), [place.type]: key });
      else still.push(place);
    }
    closed = still;
  }
  onProgress?.(candidates.length, places - closed.length, places);
  return found;
}

function byType(places: readonly Place[], apart: boolean): readonly Place[] {
  return apart ? TYPES.flatMap((type) => places.filter((place) => place.type === type)) : places;
}
