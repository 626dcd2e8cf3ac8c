import { FormatError } from "@cardwire/core";

/** What GET SYSTEM INFORMATION tells (ISO/IEC 15693-3 section 10.4.12). Absent where the tag does not say. */
export interface SystemInformation {
  /** 8 bytes, least significant first: E0 last. */
  readonly uid: Uint8Array;
  readonly dsfid?: number;
  readonly afi?: number;
  readonly blocks?: number;
  readonly blockBytes?: number;
  readonly icReference?: number;
}

const HAS_DSFID = 0x01;
const HAS_AFI = 0x02;
const HAS_MEMORY_SIZE = 0x04;
const HAS_IC_REFERENCE = 0x08;

/**
 * Reads the response, flags byte included.
 *
 * @param wide two bytes count the blocks: the request had the protocol extension flag, or was the extended one.
 * @throws FormatError TOO_SHORT or LEFT_OVER naming the field.
 */
export function parseSystemInformation(response: Uint8Array, wide = false): SystemInformation {
  let at = 1;
  const take = (field: string): number => {
    const byte = response[at];
    if (byte === undefined) throw new FormatError("TOO_SHORT", "the response ends before it", { field, offset: at });
    at++;
    return byte;
  };
  const flags = take("info flags");
  const uid = Uint8Array.from({ length: 8 }, () => take("UID"));
  const dsfid = (flags & HAS_DSFID) === 0 ? undefined : take("DSFID");
  const afi = (flags & HAS_AFI) === 0 ? undefined : take("AFI");
  let memory: { blocks: number; blockBytes: number } | undefined;
  if ((flags & HAS_MEMORY_SIZE) !== 0) {
    const low = take("number of blocks");
    const blocks = 1 + (wide ? low | (take("number of blocks") << 8) : low);
    memory = { blocks, blockBytes: 1 + (take("block size") & 0x1f) };
  }
  const icReference = (flags & HAS_IC_REFERENCE) === 0 ? undefined : take("IC reference");
  if (at !== response.length)
    throw new FormatError("LEFT_OVER", `${response.length - at} bytes too many`, {
      field: "system information",
      offset: at,
    });
  return {
    uid,
    ...(dsfid === undefined ? {} : { dsfid }),
    ...(afi === undefined ? {} : { afi }),
    ...memory,
    ...(icReference === undefined ? {} : { icReference }),
  };
}
