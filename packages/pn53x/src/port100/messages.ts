import { FormatError } from "@cardwire/core";
import { Fields, requireByte, requireWord } from "../command/fields.ts";

/** An answer of a status alone, {@link PORT100_STATUS}. */
export interface Port100StatusAnswer {
  readonly status: number;
}

/** Keys ({@link PORT100_PROTOCOL}) and values; what is not named stays as it is. */
export interface Port100ProtocolSettings {
  readonly settings: readonly (readonly [key: number, value: number])[];
}

/** A request without parameters. */
export const noRequest = {
  encodeRequest: (): Uint8Array => new Uint8Array(0),
  decodeRequest(bytes: Uint8Array): undefined {
    new Fields(bytes).end("request");
    return undefined;
  },
} as const;

/** An answer of a status byte. */
export const statusAnswer = {
  encodeAnswer: ({ status }: Port100StatusAnswer): Uint8Array => Uint8Array.of(requireByte(status, "status")),
  decodeAnswer(bytes: Uint8Array): Port100StatusAnswer {
    const fields = new Fields(bytes);
    const status = fields.byte("status");
    fields.end("answer");
    return { status };
  },
} as const;

/** A request of keys and values. */
export const settingsRequest = {
  encodeRequest: ({ settings }: Port100ProtocolSettings): Uint8Array =>
    Uint8Array.from(settings.flat(), (value) => requireByte(value, "protocol setting")),
  decodeRequest(bytes: Uint8Array): Port100ProtocolSettings {
    const fields = new Fields(bytes);
    const settings: [key: number, value: number][] = [];
    while (fields.left > 0) settings.push([fields.byte("key"), fields.byte("value")]);
    return { settings };
  },
} as const;

/** A number of two bytes, least significant byte first. */
export function wordBytes(value: number, field: string): Uint8Array {
  requireWord(value, field);
  return Uint8Array.of(value % 0x100, value >> 8);
}

export function word(fields: Fields, field: string): number {
  return fields.byte(field) | (fields.byte(field) << 8);
}

/** The status of InCommRF and TgCommRF: 32 bits, least significant byte first. */
export function commStatusBytes(status: number): Uint8Array {
  if (!Number.isInteger(status) || status < 0 || status > 0xffff_ffff)
    throw new FormatError("INVALID_VALUE", `${status} does not fit four bytes`, { field: "status" });
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, status, true);
  return bytes;
}

export function commStatus(fields: Fields): number {
  const bytes = fields.bytes(4, "status");
  return new DataView(bytes.buffer).getUint32(0, true);
}
