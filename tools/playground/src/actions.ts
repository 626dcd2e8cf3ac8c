import { parseResponseApdu, requireSuccess } from "@cardwire/apdu";
import { describeResponse, statusWordTables } from "@cardwire/apdu/log";
import {
  generalAuthenticate,
  loadKeys,
  manageSession,
  parseSessionResponse,
  startSessionObject,
  endSessionObject,
  transceiveObject,
  transparentExchange,
} from "@cardwire/apdu/pcsc";
import { FormatError, fromHex } from "@cardwire/core";
import type { CardIdentity, Tap } from "cardwire";
import { hex, spaced } from "./hex.ts";
import type { Action, Field } from "./action.ts";
import { formatNdef, lockNdef, readNdef, writeText } from "./ndef-actions.ts";
import { identityText, memoryText } from "./results.ts";

/** What can be done with a card. */
export function actionsFor({ family, kind }: Pick<CardIdentity, "family" | "kind">): readonly Action[] {
  const common = [apdus("uid", "Read the UID", [], () => [fromHex("FFCA000000")]), identify];
  switch (family) {
    case "mifare-ultralight":
      return [
        ...common,
        readNdef,
        readUnit("page", "4", 16),
        writeUnit("page", "12", "CAFEBABE"),
        ...frameActions.type2,
        writeText,
        readMemory,
        formatNdef,
        lockNdef,
      ];
    case "mifare-classic":
      return [
        ...common,
        ...classicActions,
        readUnit("block", "4", 16),
        writeUnit("block", "6", "00112233445566778899AABBCCDDEEFF"),
        readNdef,
        writeText,
        readMemory,
        formatNdef,
        lockNdef,
      ];
    case "felica":
      return [...common, ...felicaActions, readNdef, writeText, readMemory, formatNdef, lockNdef];
    case "iso15693":
      return [
        ...common,
        readNdef,
        readType5,
        writeType5,
        ...frameActions.type5,
        writeText,
        readMemory,
        formatNdef,
        lockNdef,
      ];
    case "topaz":
      return [...common, readNdef, ...topazActions, writeText, readMemory, formatNdef, lockNdef];
    case "iso14443b":
      return [...common, readUnit("block", "7", 4), writeUnit("block", "10", "CAFEBABE"), readMemory];
    default:
      return kind === "processor" ? [...common, readNdef, ...type4Actions, writeText, lockNdef] : common;
  }
}

/** An action that is nothing but APDUs, sent one after the other as long as they succeed. */
function apdus(
  id: string,
  label: string,
  fields: readonly Field[],
  commands: (values: Readonly<Record<string, string>>) => readonly Uint8Array[],
): Action {
  return {
    id,
    label,
    fields,
    async run(tap, values) {
      let said = "";
      for (const command of commands(values)) {
        const response = await tap.transmit(command);
        said = responseText(response, command);
        if (!isGood(response)) throw new Error(said);
      }
      return said;
    },
  };
}

/** Sends one command, whatever comes back. */
export async function sendApdu(tap: Tap, command: Uint8Array): Promise<string> {
  return responseText(await tap.transmit(command), command);
}

function responseText(response: Uint8Array, command: Uint8Array): string {
  const { data } = parseResponseApdu(response);
  const words = isGood(response) ? "done" : describeResponse(response, ...statusWordTables(command));
  return data.length > 0 && isGood(response) ? spaced(data) : words;
}

function isGood(response: Uint8Array): boolean {
  return response.at(-2) === 0x90 && response.at(-1) === 0x00;
}

const identify: Action = {
  id: "identify",
  label: "Ask what it is",
  fields: [],
  run: async (tap) => identityText(await tap.identify()),
};

const readMemory: Action = {
  id: "read-memory",
  label: "Read the whole memory",
  fields: [],
  run: async (tap) => memoryText(await tap.memory?.read()),
};

function readUnit(unit: string, first: string, length: number): Action {
  return apdus(
    "read",
    `Read a ${unit}`,
    [
      { id: "address", label: unit === "page" ? "Page" : "Block", value: first, kind: "number" },
      { id: "length", label: "Bytes", value: String(length), kind: "number" },
    ],
    ({ address = "", length: bytes = "" }) => [
      binary(0xb0, number(address, 0xffff, unit), Uint8Array.of(number(bytes, 256, "length") & 0xff)),
    ],
  );
}

function writeUnit(unit: string, first: string, data: string): Action {
  return apdus(
    "write",
    `Write a ${unit}`,
    [
      { id: "address", label: unit === "page" ? "Page" : "Block", value: first, kind: "number" },
      { id: "data", label: "Data", value: data, kind: "hex" },
    ],
    ({ address = "", data: bytes = "" }) => [update(number(address, 0xffff, unit), fromHex(bytes))],
  );
}

/** ISO/IEC 15693 tags have the block in P1, its high byte in P2 (NFC part of the driver documents). */
const readType5 = apdus(
  "read",
  "Read a block",
  [{ id: "address", label: "Block", value: "1", kind: "number" }],
  ({ address = "" }) => [binary(0xb0, swapped(number(address, 0xffff, "block")), Uint8Array.of(4))],
);

const writeType5 = apdus(
  "write",
  "Write a block",
  [
    { id: "address", label: "Block", value: "10", kind: "number" },
    { id: "data", label: "Data", value: "CAFEBABE", kind: "hex" },
  ],
  ({ address = "", data = "" }) => [update(swapped(number(address, 0xffff, "block")), fromHex(data))],
);

const KEY: Field = { id: "key", label: "Key", value: "FFFFFFFFFFFF", kind: "hex" };
const KEY_TYPE: Field = { id: "type", label: "Type", value: "A", kind: ["A", "B"] };

const classicActions: readonly Action[] = [
  apdus("load-key", "Load a key", [{ ...KEY, value: "D3F7D3F7D3F7" }], ({ key = "" }) => [
    loadKeys({ key: fromHex(key), keyNumber: 0 }),
  ]),
  apdus(
    "authenticate",
    "Authenticate",
    [{ id: "address", label: "Block", value: "4", kind: "number" }, KEY_TYPE],
    ({ address = "", type = "" }) => [
      generalAuthenticate({ address: number(address, 0xff, "block"), keyType: type === "B" ? "B" : "A", keyNumber: 0 }),
    ],
  ),
];

/** NFC Forum Type 3: service 000B reads, 0009 writes. */
const felicaActions: readonly Action[] = [
  apdus(
    "read",
    "Read a block",
    [
      { id: "service", label: "Service", value: "0x000B", kind: "number" },
      { id: "address", label: "Block", value: "0", kind: "number" },
    ],
    ({ service = "", address = "" }) => [
      binary(0xb0, 0, lists(number(service, 0xffff, "service"), number(address, 0xff, "block")), true),
    ],
  ),
  apdus(
    "write",
    "Write a block",
    [
      { id: "service", label: "Service", value: "0x0009", kind: "number" },
      { id: "address", label: "Block", value: "5", kind: "number" },
      { id: "data", label: "Data", value: "00112233445566778899AABBCCDDEEFF", kind: "hex" },
    ],
    ({ service = "", address = "", data = "" }) => {
      const list = lists(number(service, 0xffff, "service"), number(address, 0xff, "block"));
      const bytes = fromHex(data);
      return [Uint8Array.of(0xff, 0xd6, 0, 0, list.length + bytes.length, ...list, ...bytes)];
    },
  ),
];

const BLOCK_AND_BYTE: readonly Field[] = [
  { id: "block", label: "Block", value: "12", kind: "number" },
  { id: "byte", label: "Byte", value: "0", kind: "number" },
];

function blockAndByte({ block = "", byte = "" }: Readonly<Record<string, string>>): number {
  return (number(block, 0x0f, "block") << 8) | number(byte, 7, "byte");
}

/** The Le of a READ BINARY chooses the command (NFC part of the driver documents). */
const topazActions: readonly Action[] = [
  apdus("rid", "Identify (RID)", [], () => [fromHex("FFB0000006")]),
  apdus("read", "Read a byte", BLOCK_AND_BYTE, (values) => [binary(0xb0, blockAndByte(values), Uint8Array.of(1))]),
  apdus(
    "write",
    "Write a byte",
    [...BLOCK_AND_BYTE, { id: "data", label: "Data", value: "42", kind: "hex" }],
    (values) => [update(blockAndByte(values), fromHex(values["data"] ?? ""))],
  ),
];

/** NFC Forum Type 4 Tag specification 2.0, section 5.4: an application, its capability container, its file. */
const type4Actions: readonly Action[] = [
  apdus("select", "Select the NDEF application", [], () => [fromHex("00A4040007D276000085010100")]),
  apdus("read-cc", "Read the capability container", [], () => [fromHex("00A4000C02E103"), fromHex("00B000000F")]),
  apdus("read-file", "Read the NDEF file", [], () => [
    fromHex("00A4000C02E104"),
    fromHex("00B0000002"),
    fromHex("00B0000216"),
  ]),
];

/** Commands that no pseudo-APDU names go through the transparent session. */
const frameActions = {
  type2: [frameAction("get-version", "GET_VERSION", "60"), frameAction("read-signature", "READ_SIG", "3C00")],
  type5: [frameAction("system-information", "GET SYSTEM INFORMATION", "022B")],
} as const;

function frameAction(id: string, label: string, frame: string): Action {
  return {
    id,
    label,
    fields: [],
    async run(tap) {
      await tap.transmit(manageSession([startSessionObject()]));
      try {
        const response = parseResponseApdu(await tap.transmit(transparentExchange([transceiveObject(fromHex(frame))])));
        const { data, sw } = parseSessionResponse(requireSuccess(response));
        if (data === undefined) throw new Error(`the tag gave no answer (${hex(sw)})`);
        return spaced(data);
      } finally {
        await tap.transmit(manageSession([endSessionObject()]));
      }
    },
  };
}

function binary(ins: number, address: number, tail: Uint8Array, hasData = false): Uint8Array {
  const head = [0xff, ins, address >> 8, address & 0xff];
  return Uint8Array.of(...head, ...(hasData ? [tail.length] : []), ...tail);
}

function update(address: number, data: Uint8Array): Uint8Array {
  return Uint8Array.of(0xff, 0xd6, address >> 8, address & 0xff, data.length, ...data);
}

function lists(service: number, block: number): Uint8Array {
  return Uint8Array.of(1, service & 0xff, service >> 8, 1, 0x80, block);
}

function swapped(address: number): number {
  return ((address & 0xff) << 8) | (address >> 8);
}

function number(text: string, most: number, field: string): number {
  const value = /^(?:\d+|0x[\da-f]+)$/i.test(text.trim()) ? Number(text.trim()) : NaN;
  if (!(value <= most)) throw new FormatError("INVALID_VALUE", `“${text}” is no number up to ${most}`, { field });
  return value;
}
