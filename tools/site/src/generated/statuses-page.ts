import { ISO_STATUS_WORDS, type StatusWordTable } from "@cardwire/apdu";
import * as tables from "@cardwire/apdu/status-words";
import {
  NTSTATUS,
  NTSTATUS_MEANING,
  NTSTATUS_TO_SCARD,
  NTSTATUS_TO_WIN32,
  type NtStatusName,
  responseCodeFromScard,
  SCARD,
  SCARD_MEANING,
  SCARD_PCSCLITE,
  type ScardName,
} from "@cardwire/ioctl";
import { hex32, page, table } from "./markdown.ts";

const HEAD = `# Statuses

A tap passes through several layers, and each has its own way of saying that something went wrong. This page has them all, written
from the tables that the code uses. [Troubleshooting](troubleshooting.md) says what to do about the common ones.

<!-- Written from the code: \`pnpm --filter @cardwire-tools/site generate\` -->`;

const SMART_CARD = `## Codes of the smart-card service

Every failure of a reader or service is a \`SmartCardError\` (or a \`SmartCardOtherError\`). \`error.responseCode\` is the
word of the Web Smart Card API, the same on every platform: ask for that one. \`error.symbol\` and \`error.rawCode\` are what the
platform itself said, for your log.

\`\`\`ts
import { isSmartCardError } from "@cardwire/core";
import { smartCardErrorFromCode } from "@cardwire/ioctl";

const error: unknown = smartCardErrorFromCode(0x80100069, { readerName: "ACS ACR122U 00 00" });
isSmartCardError(error, "removed-card"); // → true
isSmartCardError(error) && error.symbol; // → "SCARD_W_REMOVED_CARD"
\`\`\``;

const STATUS_WORDS = `## Status words

The last two bytes of every response APDU. \`9000\` is what one hopes for; an X stands for any digit. What a word means depends on
the command before it, so the commands to the reader (class FF, PC/SC part 3) and DESFire have tables of their own, which are looked
into first.

\`\`\`ts
import { describeStatusWord } from "cardwire/apdu";

describeStatusWord(0x63c2).value; // → 2
describeStatusWord(0x6a82).name; // → "NOT_FOUND"
\`\`\``;

const NT = `## NTSTATUS of a reader device

What a driver answers to an I/O control: \`deviceIoControl\` gives it as \`status\`, and a ladder shows it behind the arrow that
comes back. Windows turns it into a Win32 error, and its resource manager into a code of the service.`;

/** The page `docs/statuses.md`, as the code has it. */
export function statusesPage(): Promise<string> {
  return page([
    HEAD,
    SMART_CARD,
    table(["symbol", "Windows", "pcsc-lite", "responseCode", "meaning"], scardNames().map(scardRow)),
    STATUS_WORDS,
    "### ISO/IEC 7816-4",
    statusWords(ISO_STATUS_WORDS),
    ...PCSC.flatMap(([title, words]) => [`### ${title}`, statusWords(words)]),
    NT,
    table(["status", "value", "Win32", "service", "meaning"], Object.entries(NTSTATUS).map(ntRow)),
  ]);
}

const PCSC: readonly (readonly [string, StatusWordTable])[] = [
  ["GET DATA, FF CA", tables.PCSC_GET_DATA_STATUS_WORDS],
  ["LOAD KEYS, FF 82", tables.PCSC_LOAD_KEYS_STATUS_WORDS],
  ["GENERAL AUTHENTICATE, FF 86", tables.PCSC_GENERAL_AUTHENTICATE_STATUS_WORDS],
  ["VERIFY, FF 20", tables.PCSC_VERIFY_STATUS_WORDS],
  ["READ BINARY, FF B0", tables.PCSC_READ_BINARY_STATUS_WORDS],
  ["UPDATE BINARY, FF D6", tables.PCSC_UPDATE_BINARY_STATUS_WORDS],
  ["Transparent session, FF C2", tables.PCSC_SESSION_STATUS_WORDS],
  ["MIFARE DESFire, class 90", tables.DESFIRE_STATUS_WORDS],
  ["GlobalPlatform", tables.GLOBALPLATFORM_STATUS_WORDS],
  ["Windows’ own driver", tables.NFCCX_STATUS_WORDS],
];

function statusWords(words: StatusWordTable): string {
  return table(
    ["SW1 SW2", "name", "meaning"],
    Object.entries(words).map(([pattern, [name, meaning]]) => [`\`${pattern}\``, `\`${name}\``, meaning]),
  );
}

function scardNames(): readonly ScardName[] {
  return Object.keys(SCARD_MEANING) as ScardName[];
}

function scardRow(name: ScardName): readonly string[] {
  const windows: Readonly<Partial<Record<string, number>>> = SCARD;
  const other: Readonly<Partial<Record<string, number>>> = SCARD_PCSCLITE;
  const code = windows[name];
  const pcsclite = other[name] ?? code;
  const responseCode =
    (code === undefined ? undefined : responseCodeFromScard(code)) ??
    (pcsclite === undefined ? undefined : responseCodeFromScard(pcsclite, "pcsclite"));
  return [
    `\`SCARD_${name}\``,
    code === undefined ? "–" : `\`${hex32(code)}\``,
    pcsclite === undefined ? "–" : `\`${hex32(pcsclite)}\``,
    responseCode === undefined ? "–" : `\`${responseCode}\``,
    SCARD_MEANING[name],
  ];
}

function ntRow([name, value]: readonly [string, number]): readonly string[] {
  const status = name as NtStatusName;
  return [
    `\`STATUS_${name}\``,
    `\`${hex32(value)}\``,
    `\`ERROR_${NTSTATUS_TO_WIN32[status]}\``,
    status === "PENDING" ? "–" : `\`SCARD_${NTSTATUS_TO_SCARD[status]}\``,
    NTSTATUS_MEANING[status],
  ];
}
