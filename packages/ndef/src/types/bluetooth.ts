import { concatBytes } from "@cardwire/core";
import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { exactly, lengthPrefixed, uintBytes } from "./integers.ts";
import { mimeRecord } from "./mime.ts";
import { PayloadReader } from "./payload-reader.ts";
import { payloadOf, rawOf, type RecordLike } from "./record-like.ts";
import { decodeUtf8, latin1String, utf8Bytes } from "./strings.ts";

/** BR/EDR, Low Energy, and Low Energy with values for secure connections (Bluetooth Secure Simple Pairing Using NFC 1.2). */
export type BluetoothKind = "classic" | "le" | "secure-le";

const MEDIA_TYPES: Readonly<Record<BluetoothKind, string>> = {
  classic: "application/vnd.bluetooth.ep.oob",
  le: "application/vnd.bluetooth.le.oob",
  "secure-le": "application/vnd.bluetooth.secure.le.oob",
};

/** An AD structure (Bluetooth Core Specification Supplement, part A): what it means, its type says. */
export interface BluetoothStructure {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Types of AD structures. */
export const BluetoothAdType = {
  flags: 0x01,
  partial16BitUuids: 0x02,
  complete16BitUuids: 0x03,
  partial32BitUuids: 0x04,
  complete32BitUuids: 0x05,
  partial128BitUuids: 0x06,
  complete128BitUuids: 0x07,
  shortName: 0x08,
  completeName: 0x09,
  classOfDevice: 0x0d,
  hash192: 0x0e,
  randomizer192: 0x0f,
  temporaryKey: 0x10,
  appearance: 0x19,
  leAddress: 0x1b,
  leRole: 0x1c,
  hash256: 0x1d,
  randomizer256: 0x1e,
  leConfirm: 0x22,
  leRandom: 0x23,
  manufacturerData: 0xff,
} as const;

/** What a device does in Low Energy; the code is the index. */
const LE_ROLES = ["peripheral", "central", "peripheral-preferred", "central-preferred"] as const;
export type BluetoothLeRole = (typeof LE_ROLES)[number];

/** The content of a Bluetooth out-of-band record. */
export interface NdefBluetooth {
  readonly kind: BluetoothKind;
  /** 6 bytes as people write them, most significant first. */
  readonly address: Uint8Array | undefined;
  /** Low Energy only. */
  readonly addressType: "public" | "random" | undefined;
  readonly leRole: BluetoothLeRole | undefined;
  readonly name: string | undefined;
  /** Class of device, 24 bits. */
  readonly classOfDevice: number | undefined;
  /** Everything, in its order, also what is not taken apart here. */
  readonly structures: readonly BluetoothStructure[];
}

/** Decodes a Bluetooth out-of-band record. @throws NdefError */
export function parseBluetooth(record: RecordLike): NdefBluetooth {
  const kind = kindOf(record);
  const reader = new PayloadReader(payloadOf(record, Tnf.mime, MEDIA_TYPES[kind]));
  let address: Uint8Array | undefined;
  if (kind === "classic") {
    // the length says nothing that the record does not, and Android 4.1 wrote it the wrong way round
    reader.uint16LE("OOB data length");
    address = reader.bytes(6, "device address").reverse();
  }
  const structures = parseStructures(reader);
  const find = (type: number): Uint8Array | undefined => structures.find((one) => one.type === type)?.data;
  const leAddress = find(BluetoothAdType.leAddress);
  if (leAddress !== undefined) exactly(leAddress, 7, "LE address");
  const role = find(BluetoothAdType.leRole);
  const name = find(BluetoothAdType.completeName) ?? find(BluetoothAdType.shortName);
  const classOfDevice = find(BluetoothAdType.classOfDevice);
  return {
    kind,
    address: address ?? leAddress?.slice(0, 6).reverse(),
    addressType: leAddress && ((leAddress[6] ?? 0) & 1 ? "random" : "public"),
    leRole: role && LE_ROLES[exactly(role, 1, "LE role")[0] ?? 0xff],
    name: name && decodeUtf8(name, "local name", 0),
    classOfDevice:
      classOfDevice && exactly(classOfDevice, 3, "class of device").reduceRight((value, byte) => value * 256 + byte, 0),
    structures,
  };
}

/** What a Bluetooth out-of-band record is made of. Structures besides are written behind what is named. */
export type BluetoothInit =
  | {
      readonly kind: "classic";
      /** 6 bytes, most significant first. */
      readonly address: Uint8Array;
      readonly structures?: readonly BluetoothStructure[];
      readonly name?: string;
      readonly classOfDevice?: number;
    }
  | {
      readonly kind: "le" | "secure-le";
      readonly address: Uint8Array;
      readonly addressType: "public" | "random";
      readonly leRole: BluetoothLeRole;
      readonly structures?: readonly BluetoothStructure[];
      readonly name?: string;
    };

/** Makes a Bluetooth out-of-band record. @throws NdefError for an address without 6 bytes or structures over 254. */
export function bluetoothRecord(init: BluetoothInit, options: { readonly id?: Uint8Array } = {}): RawRecord {
  const address = exactly(init.address, 6, "device address").slice().reverse();
  const structures: BluetoothStructure[] = [];
  if (init.kind === "classic") {
    if (init.classOfDevice !== undefined) {
      const data = uintBytes(init.classOfDevice, 3, "class of device").reverse();
      structures.push({ type: BluetoothAdType.classOfDevice, data });
    }
  } else {
    const type = init.addressType === "random" ? 1 : 0;
    structures.push(
      { type: BluetoothAdType.leAddress, data: concatBytes(address, Uint8Array.of(type)) },
      { type: BluetoothAdType.leRole, data: Uint8Array.of(LE_ROLES.indexOf(init.leRole)) },
    );
  }
  if (init.name !== undefined) structures.push({ type: BluetoothAdType.completeName, data: utf8Bytes(init.name) });
  structures.push(...(init.structures ?? []));
  const body = concatBytes(
    ...structures.map(({ type, data }) => lengthPrefixed(concatBytes(Uint8Array.of(type), data), 1, "AD structure")),
  );
  if (init.kind !== "classic") return mimeRecord(MEDIA_TYPES[init.kind], body, options);
  const length = 2 + address.length + body.length;
  if (length > 0xffff) throw new NdefError("TOO_LONG", `${length} bytes, 65,535 fit`, { field: "OOB data length" });
  return mimeRecord(
    MEDIA_TYPES.classic,
    concatBytes(Uint8Array.of(length & 0xff, length >>> 8), address, body),
    options,
  );
}

function kindOf(record: RecordLike): BluetoothKind {
  const type = latin1String(rawOf(record).type).toLowerCase();
  for (const kind of ["classic", "le", "secure-le"] as const) if (MEDIA_TYPES[kind] === type) return kind;
  throw new NdefError("INVALID_VALUE", `"${type}" is no Bluetooth out-of-band record`, { field: "TYPE" });
}

function parseStructures(reader: PayloadReader): BluetoothStructure[] {
  const structures: BluetoothStructure[] = [];
  while (reader.left > 0) {
    const length = reader.byte("AD length");
    // a length of zero is padding (Core Specification Supplement, part A section 1), which some put between structures
    if (length === 0) continue;
    const type = reader.byte("AD type");
    structures.push({ type, data: reader.bytes(length - 1, "AD data") });
  }
  return structures;
}
