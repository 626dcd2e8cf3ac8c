import { concatBytes } from "@cardwire/core";
import { NdefTagError } from "@cardwire/ndef";
import { buildType4Container } from "./capability-container.ts";
import type { Type4Files } from "./files.ts";

/** Native commands in APDUs (MIFARE DESFire EV1 functional specification; AN11004). */
const CLA = 0x90;
const COMMAND = {
  GET_VERSION: 0x60,
  MORE: 0xaf,
  SELECT_APPLICATION: 0x5a,
  CREATE_APPLICATION: 0xca,
  CREATE_STANDARD_FILE: 0xcd,
  WRITE_DATA: 0x3d,
  CHANGE_FILE_SETTINGS: 0x5f,
} as const;
const STATUS = { OK: 0x9100, MORE: 0x91af, EXISTS: 0x91de } as const;

/** AID 000001, least significant byte first. */
const APPLICATION: readonly number[] = [0x01, 0x00, 0x00];
/** Everything is free, one key, files have ISO identifiers; E110, and the name of the NDEF application. */
const APPLICATION_SETTINGS: readonly number[] = [0x0f, 0x21, 0x10, 0xe1, 0xd2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01];
const CONTAINER_FILE = 0x01;
const NDEF_FILE = 0x02;
const CONTAINER_FILE_ID: readonly number[] = [0x03, 0xe1];
const NDEF_FILE_ID = 0xe104;
/** Plain communication; reading, writing, both and changing these rights free, and then writing and changing never. */
const FREE: readonly number[] = [0x00, 0xee, 0xee];
const READ_ONLY: readonly number[] = [0x00, 0xff, 0xef];
/** What one UPDATE BINARY takes, and one READ BINARY gives, as every DESFire as a tag says it (AN11004). */
const MAX_READ_BYTES = 0x3b;
const MAX_WRITE_BYTES = 0x34;

/** What a DESFire says about itself. */
export interface DesfireVersion {
  /** Of the hardware: 0 is the first DESFire, 1 EV1, and so on. */
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** Storage, as the card's type says it: 2048, 4096, 8192 … */
  readonly storageBytes: number;
  /** All 28 bytes (or 29, or 30), as they came in three parts. */
  readonly bytes: Uint8Array;
}

const MAJOR_VERSION = 3;
const MINOR_VERSION = 4;
const STORAGE = 5;

/** Asks a card whether it is a DESFire; `undefined` for another one. */
export async function desfireVersion(files: Type4Files, signal?: AbortSignal): Promise<DesfireVersion | undefined> {
  const parts: Uint8Array[] = [];
  let command: number = COMMAND.GET_VERSION;
  for (;;) {
    const { data, sw } = await files.send(command, 0, undefined, 256, signal, CLA);
    if (sw !== STATUS.MORE && sw !== STATUS.OK) return undefined;
    parts.push(data);
    if (sw === STATUS.OK) break;
    // three parts there are, and no more
    if (parts.length === 3) return undefined;
    command = COMMAND.MORE;
  }
  const [hardware = new Uint8Array(0)] = parts;
  const storage = hardware[STORAGE];
  if (storage === undefined) return undefined;
  return {
    majorVersion: hardware[MAJOR_VERSION] ?? 0,
    minorVersion: hardware[MINOR_VERSION] ?? 0,
    // the highest seven bits are an exponent, the lowest says "between this and the next"
    storageBytes: 2 ** (storage >> 1),
    bytes: concatBytes(...parts),
  };
}

/** Makes an NDEF application on a DESFire EV1 or later whose key settings let everybody. What makes it count comes last. */
export async function formatDesfire(files: Type4Files, version: DesfireVersion, signal?: AbortSignal): Promise<void> {
  if (version.majorVersion === 0)
    throw new NdefTagError(
      "NOT_FORMATTABLE",
      "the first DESFire has another way to keep NDEF: EV1 and later are formatted",
    );
  const fileBytes = ndefFileBytes(version.storageBytes);
  const run = async (command: number, data: readonly number[], mayExist = false): Promise<void> => {
    const { sw } = await files.send(command, 0, Uint8Array.from(data), 256, signal, CLA);
    if (sw === STATUS.OK || (mayExist && sw === STATUS.EXISTS)) return;
    const reason = sw.toString(16).toUpperCase();
    throw new NdefTagError("NOT_FORMATTABLE", `the DESFire refuses (${reason}): it is full, or wants its master key`);
  };
  // a card that was pulled while it was formatted has some of this already
  await run(COMMAND.SELECT_APPLICATION, [0, 0, 0]);
  await run(COMMAND.CREATE_APPLICATION, [...APPLICATION, ...APPLICATION_SETTINGS], true);
  await run(COMMAND.SELECT_APPLICATION, APPLICATION);
  const ndefFile = [NDEF_FILE, NDEF_FILE_ID & 0xff, NDEF_FILE_ID >> 8, ...FREE];
  await run(COMMAND.CREATE_STANDARD_FILE, [...ndefFile, ...le24(fileBytes)], true);
  await run(COMMAND.WRITE_DATA, [NDEF_FILE, ...le24(0), ...le24(2), 0, 0]);
  const container = buildType4Container({
    maxReadBytes: MAX_READ_BYTES,
    maxWriteBytes: MAX_WRITE_BYTES,
    fileId: NDEF_FILE_ID,
    fileBytes,
  });
  const containerFile = [CONTAINER_FILE, ...CONTAINER_FILE_ID, ...FREE];
  await run(COMMAND.CREATE_STANDARD_FILE, [...containerFile, ...le24(container.length)], true);
  await run(COMMAND.WRITE_DATA, [CONTAINER_FILE, ...le24(0), ...le24(container.length), ...container]);
}

/** Takes from everybody the right to write, and to give it back. False where the card does not let us. */
export async function lockDesfire(files: Type4Files, signal?: AbortSignal): Promise<boolean> {
  const run = async (command: number, data: readonly number[]): Promise<boolean> =>
    (await files.send(command, 0, Uint8Array.from(data), 256, signal, CLA)).sw === STATUS.OK;
  if (!(await run(COMMAND.SELECT_APPLICATION, APPLICATION))) return false;
  for (const file of [NDEF_FILE, CONTAINER_FILE])
    if (!(await run(COMMAND.CHANGE_FILE_SETTINGS, [file, ...READ_ONLY]))) return false;
  return true;
}

/** Sizes that leave room for the directory (AN11004 section 5.2; libfreefare has the same). */
function ndefFileBytes(storageBytes: number): number {
  if (storageBytes >= 8192) return 0x1e00;
  return storageBytes >= 4096 ? 0x1000 : 0x0800;
}

function le24(value: number): readonly number[] {
  return [value & 0xff, (value >> 8) & 0xff, value >> 16];
}
