import type { Type4Dump } from "@cardwire/virtual";
import type { Tap } from "cardwire";
import { CliError } from "../cli-error.ts";
import { Type4FileAccess } from "../dump/type4-files.ts";
import { EXIT } from "../exit-codes.ts";
import type { RestoreUnit } from "./unit.ts";
import { requireSame } from "./comparing.ts";

/** A card takes at least so much at once (NFC Forum Type 4 Tag specification, section 5.1: MLc). */
const PIECE_BYTES = 32;

/** The NDEF file of a Type 4 tag, in pieces. */
export async function type4Units(dump: Type4Dump, tap: Tap, signal: AbortSignal): Promise<readonly RestoreUnit[]> {
  const access = new Type4FileAccess(tap, signal);
  const found = await access.readContainer();
  if (found === undefined) throw new CliError(`This card (${tap.card.name}) has no NDEF file to write to.`, EXIT.card);
  const { bytes, container } = found;
  const before = await access.readFile(container);
  const after = dump.files.find(({ id }) => id === container.fileId)?.data ?? new Uint8Array(0);
  requireSame(`an NDEF file of ${after.length} bytes`, `an NDEF file of ${before.length} bytes`);
  const pieceBytes = Math.min(PIECE_BYTES, container.maxWriteBytes);
  const units: RestoreUnit[] = [
    { place: "file E103", name: "capability container", role: "fixed", before: bytes, after: dump.container },
  ];
  const file = container.fileId.toString(16).toUpperCase();
  for (let at = 0; at < before.length; at += pieceBytes) {
    const data = after.slice(at, at + pieceBytes);
    units.push({
      place: `file ${file}, ${at.toString(16).toUpperCase().padStart(4, "0")}`,
      name: "NDEF file",
      role: "user",
      before: before.slice(at, at + pieceBytes),
      after: data,
      write: () => access.write(container, at, data),
    });
  }
  return units;
}
