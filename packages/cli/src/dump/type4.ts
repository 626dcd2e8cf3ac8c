import type { Type4Dump } from "@cardwire/virtual";
import type { Tap } from "cardwire";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { Type4FileAccess } from "./type4-files.ts";

/** Reads the NDEF application of a processor card. @throws CliError for a card that has none. */
export async function readType4(tap: Tap, signal: AbortSignal): Promise<Type4Dump> {
  const access = new Type4FileAccess(tap, signal);
  const found = await access.readContainer();
  if (found === undefined)
    throw new CliError(
      `This card (${tap.card.name}) has programs and files of its own instead of memory, and no NDEF: ` +
        `"cardwire apdu" speaks to them.`,
      EXIT.card,
    );
  const { bytes, container } = found;
  return {
    kind: "type4",
    uid: tap.uid ?? new Uint8Array(4),
    // readers do not tell what a card said before they took it to ISO-DEP; so do most (NXP AN10833)
    atqa: Uint8Array.of(0x44, 0x03),
    sak: 0x20,
    ats: undefined,
    container: bytes,
    files: [{ id: container.fileId, data: await access.readFile(container) }],
  };
}
