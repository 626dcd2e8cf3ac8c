import { FormatError } from "@cardwire/core";
import { PAGE_BYTES } from "../rf-commands.ts";

/** The capability container of a Type 2 tag: page 3 (NFC Forum Type 2 section 6.1). */
export interface CapabilityContainer {
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** Size of the NDEF area from page 4 on, in bytes. */
  readonly areaBytes: number;
  /** Upper nibble of the access byte: 0 lets everybody read. */
  readonly readAccess: number;
  /** Lower nibble: 0 lets everybody write, F nobody. */
  readonly writeAccess: number;
}

const MAGIC = 0xe1;
const AREA_UNIT_BYTES = 8;

/**
 * Reads a capability container. `undefined` when the page holds none.
 *
 * @param page the four bytes of page 3.
 * @throws FormatError for a page of another length.
 */
export function parseCapabilityContainer(page: Uint8Array): CapabilityContainer | undefined {
  if (page.length !== PAGE_BYTES)
    throw new FormatError(page.length < PAGE_BYTES ? "TOO_SHORT" : "TOO_LONG", `has 4 bytes, not ${page.length}`, {
      field: "capability container",
    });
  const [magic = 0, version = 0, size = 0, access = 0] = page;
  if (magic !== MAGIC || version >> 4 !== 1 || size === 0) return undefined;
  return {
    majorVersion: version >> 4,
    minorVersion: version & 15,
    areaBytes: size * AREA_UNIT_BYTES,
    readAccess: access >> 4,
    writeAccess: access & 15,
  };
}
