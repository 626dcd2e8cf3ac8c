import { fromHex } from "@cardwire/core";
import {
  androidApplicationRecord,
  encodeNdefMessage,
  isNdefError,
  type NdefMessageSource,
  type NdefRecordSource,
  parseNdefMessage,
  wifiRecord,
  WifiAuthentication,
  WifiEncryption,
} from "@cardwire/ndef";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { readInput } from "./files.ts";
import type { CliIo } from "./io.ts";

/** A record as it stands on the command line. */
export interface RecordWord {
  readonly kind: "text" | "uri" | "mime" | "external" | "android-app" | "wifi";
  readonly value: string;
}

/** What a message is made of on the command line. */
export interface MessageWords {
  readonly words: readonly RecordWord[];
  readonly lang: string;
  /** A file with a message as JSON. */
  readonly message?: string | undefined;
  /** A file with a message as its bytes. */
  readonly bytes?: string | undefined;
}

/** The message that the options make, encoded. @throws CliError for one that has no form, or a file that is none. */
export async function messageBytes(given: MessageWords, io: CliIo): Promise<Uint8Array> {
  const { words, message, bytes } = given;
  const ways = Number(words.length > 0) + Number(message !== undefined) + Number(bytes !== undefined);
  if (ways !== 1)
    throw new CliError(
      ways === 0
        ? "There is no record to write: give --text, --uri, --mime or another; --help lists them."
        : "--message and --bytes are whole messages: give one of them, or records.",
      EXIT.usage,
    );
  if (bytes !== undefined) return checkedBytes(bytes, await readInput(bytes, io, "a message"));
  if (message !== undefined) {
    const source = parseMessageJson(message, await readInput(message, io, "a message"));
    return encoded(source, EXIT.input, `${message}: `);
  }
  const records: NdefRecordSource[] = [];
  for (const word of words) records.push(await recordOf(word, given.lang, io));
  return encoded({ records }, EXIT.usage, "");
}

function encoded(source: NdefMessageSource, exitCode: 2 | 3, where: string): Uint8Array {
  try {
    return encodeNdefMessage(source);
  } catch (error) {
    throw new CliError(
      `${where}This cannot be a message: ${error instanceof Error ? error.message : String(error)}.`,
      exitCode,
      { cause: error },
    );
  }
}

function checkedBytes(path: string, bytes: Uint8Array): Uint8Array {
  try {
    parseNdefMessage(bytes);
    return bytes;
  } catch (error) {
    if (!isNdefError(error)) throw error;
    throw new CliError(`${path}: no NDEF message: ${error.message}.`, EXIT.input, { cause: error });
  }
}

async function recordOf({ kind, value }: RecordWord, lang: string, io: CliIo): Promise<NdefRecordSource> {
  switch (kind) {
    case "text":
      return { recordType: "text", data: value, lang };
    case "uri":
      if (!URL.canParse(value)) throw noAddress(value);
      return { recordType: "url", data: value };
    case "mime": {
      const { type, data } = await typedFile(value, "--mime text/vcard=me.vcf", io);
      return { recordType: "mime", mediaType: type, data };
    }
    case "external": {
      const { type, data } = await typedFile(value, "--external example.com:log=log.txt", io);
      if (!/^[^:]+:[^:]+$/.test(type))
        throw new CliError(
          `"${type}" is no type of one's own: a domain and a name, such as example.com:log.`,
          EXIT.usage,
        );
      return { recordType: type, data };
    }
    case "android-app":
      if (!/^[a-z]\w*(?:\.[a-z]\w*)+$/i.test(value))
        throw new CliError(`"${value}" is no Android application's package: such as com.example.app.`, EXIT.usage);
      return orUsage(() => androidApplicationRecord(value));
    case "wifi": {
      const equals = value.indexOf("=");
      const ssid = equals < 0 ? value : value.slice(0, equals);
      const password = equals < 0 ? undefined : value.slice(equals + 1);
      if (ssid === "") throw new CliError("--wifi wants the network's name: --wifi name=password.", EXIT.usage);
      if (password !== undefined) checkWpaPassword(ssid, password);
      return orUsage(() =>
        wifiRecord(
          password === undefined
            ? { ssid, authentication: WifiAuthentication.open, encryption: WifiEncryption.none }
            : {
                ssid,
                authentication: WifiAuthentication.wpa2Personal,
                encryption: WifiEncryption.aes,
                networkKey: password,
              },
        ),
      );
    }
  }
}

/** What lacks nothing but its scheme is given with one. */
function noAddress(value: string): CliError {
  const guess = `https://${value}`;
  const isHost = /^[^\s/?#]+\.[^\s/?#]+/.test(value) && URL.canParse(guess);
  const help = isHost
    ? `it lacks its scheme. Did you mean ${guess}?`
    : "addresses are such as https://example.com, tel:+123 and mailto:me@example.com.";
  return new CliError(`"${value}" is no address: ${help}`, EXIT.usage);
}

/** IEEE 802.11i, annex J.4.1: a passphrase has 8 to 63 characters of ASCII; 64 digits are the key itself. */
function checkWpaPassword(ssid: string, password: string): void {
  if (/^[\x20-\x7e]{8,63}$/.test(password) || /^[0-9a-f]{64}$/i.test(password)) return;
  throw new CliError(
    `The password of "${ssid}" cannot be one of WPA2: that has 8 to 63 characters of ASCII, or is a key of 64 hexadecimal digits.`,
    EXIT.usage,
  );
}

async function typedFile(
  value: string,
  example: string,
  io: CliIo,
): Promise<{ readonly type: string; readonly data: Uint8Array }> {
  const equals = value.indexOf("=");
  if (equals < 1 || equals === value.length - 1)
    throw new CliError(`"${value}" is no type with its file; such as ${example}.`, EXIT.usage);
  const path = value.slice(equals + 1);
  return { type: value.slice(0, equals), data: await readInput(path, io, "a file") };
}

function orUsage<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw new CliError(`${error instanceof Error ? error.message : String(error)}.`, EXIT.usage, { cause: error });
  }
}

/** A record as `ndef read --json` prints it: a text as `text`, other content as `data` in hexadecimal digits. */
function parseMessageJson(path: string, file: Uint8Array): NdefMessageSource {
  const bad = (what: string, cause?: unknown): CliError =>
    new CliError(`${path}: no message as ndef read --json prints it: ${what}.`, EXIT.input, { cause });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch (error) {
    throw bad("it is no JSON", error);
  }
  const records = isObject(value) ? value["records"] : undefined;
  if (!Array.isArray(records)) throw bad('there is no list "records"');
  return {
    records: records.map((record: unknown, index): NdefRecordSource => {
      const at = `record ${index}`;
      if (!isObject(record)) throw bad(`${at} is no object`);
      const string = (name: string): string | null => {
        const field = record[name];
        if (field === undefined || field === null) return null;
        if (typeof field !== "string") throw bad(`${at}: "${name}" is no string`);
        return field;
      };
      const recordType = string("recordType");
      if (recordType === null) throw bad(`${at} has no "recordType"`);
      const text = string("text");
      const hex = string("data");
      let data: string | Uint8Array | null = text;
      if (text === null && hex !== null)
        try {
          data = fromHex(hex);
        } catch (error) {
          throw bad(`${at}: "data" is no bytes in hexadecimal digits`, error);
        }
      return {
        recordType,
        data,
        id: string("id"),
        ...(recordType === "mime" && { mediaType: string("mediaType") }),
        ...(recordType === "text" && { lang: string("lang"), encoding: string("encoding") }),
      };
    }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
