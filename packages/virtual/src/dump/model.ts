import type { UltralightProductName } from "@cardwire/mifare-ultralight";

/**
 * What a dump file says about a tag, whatever the file's format: facts in the order and spelling of the air, so that no
 * format's habits are left in them.
 */

/** Bytes of a dump's `memory` that were never read. They are 00 there, which says nothing about the tag. */
export interface UnreadRange {
  readonly offset: number;
  readonly length: number;
}

/** The file formats. */
export type DumpFormat =
  /** Flipper Zero, `.nfc`. */
  | "flipper"
  /** Proxmark3, `.json`. */
  | "proxmark3-json"
  /** Cardwire's own JSON: all that is known of the tag, and what of it was not read. */
  | "json"
  /** Proxmark3, `.bin` of an Ultralight or NTAG, which has a header before the memory. */
  | "proxmark3-bin"
  /** The memory and nothing else: `.bin`, `.mfd`, `.dump`. */
  | "raw"
  /** The memory as lines of hexadecimal digits: `.eml`. */
  | "eml";

/** What a card of ISO/IEC 14443 type A says in anticollision. */
export interface DumpIdentityA {
  /** NFCID1: 4, 7 or 10 bytes. */
  readonly uid: Uint8Array;
  /** SENS_RES as received, 2 bytes. */
  readonly atqa: Uint8Array;
  /** SEL_RES. */
  readonly sak: number;
}

/** MIFARE Ultralight and NTAG. */
export interface UltralightDump extends DumpIdentityA {
  readonly kind: "mifare-ultralight";
  /** As the file names it, or as its version bytes or size tell. `undefined`: nothing tells. */
  readonly product: UltralightProductName | undefined;
  /** All pages, 4 bytes each. Passwords and keys that a tag never shows are mostly 00. */
  readonly memory: Uint8Array;
  readonly unread: readonly UnreadRange[];
  /** The answer to GET_VERSION, 8 bytes. `undefined`: the tag has none, or the file does not say. */
  readonly version: Uint8Array | undefined;
  /** The answer to READ_SIG, 32 bytes. */
  readonly signature: Uint8Array | undefined;
  /** The three one-way counters of 24 bits (an NTAG21x has only the last). */
  readonly counters: readonly [number, number, number] | undefined;
  /** The tearing flags of the counters: BD when all is well. */
  readonly tearing: readonly [number, number, number] | undefined;
  /** How often a wrong password was given. */
  readonly failedAuthentications: number | undefined;
}

/** MIFARE Classic, and MIFARE Plus in its security level 1. */
export interface ClassicDump extends DumpIdentityA {
  readonly kind: "mifare-classic";
  readonly size: ClassicDumpSize;
  /** All blocks, 16 bytes each, trailers with their keys. */
  readonly memory: Uint8Array;
  readonly unread: readonly UnreadRange[];
}

/** Mini has 320 bytes, the others what their name says. */
export type ClassicDumpSize = "mini" | "1k" | "2k" | "4k";

/** Keys of a MIFARE Classic without its memory. */
export interface ClassicKeysDump {
  readonly kind: "mifare-classic-keys";
  readonly size: ClassicDumpSize;
  /** 6 bytes per sector. */
  readonly keysA: readonly Uint8Array[];
  readonly keysB: readonly Uint8Array[];
}

/** FeliCa Lite and Lite-S. */
export interface FelicaLiteDump {
  readonly kind: "felica-lite";
  /** 8 bytes each. */
  readonly idm: Uint8Array;
  readonly pmm: Uint8Array;
  readonly blocks: readonly FelicaLiteBlock[];
}

/** A block of a FeliCa Lite as it was read. */
export interface FelicaLiteBlock {
  /** 00–0D S_PAD, 0E REG, 80 RC, 81 MAC, 82 ID, 83 D_ID, 84 SER_C, 85 SYS_C, 86 CKV, 87 CK, 88 MC, 90–92, A0. */
  readonly number: number;
  /** What the card answered: 0 when it gave the block. */
  readonly statusFlag1: number;
  readonly statusFlag2: number;
  /** 16 bytes. */
  readonly data: Uint8Array;
}

/** A FeliCa card with systems, areas and services. */
export interface FelicaStandardDump {
  readonly kind: "felica-standard";
  readonly idm: Uint8Array;
  readonly pmm: Uint8Array;
  readonly systems: readonly FelicaSystem[];
}

/** One system of a FeliCa Standard card. */
export interface FelicaSystem {
  /** `undefined`: the file does not say. */
  readonly code: number | undefined;
  readonly areas: readonly FelicaArea[];
  readonly services: readonly FelicaService[];
}

/** An area of a FeliCa system. */
export interface FelicaArea {
  readonly code: number;
  readonly endCode: number | undefined;
}

/** A service of a FeliCa system. */
export interface FelicaService {
  readonly code: number;
  /** Blocks of a service without authentication, from 0 on, 16 bytes each; none for the others. */
  readonly blocks: readonly Uint8Array[];
}

/** Tags of ISO/IEC 15693. */
export interface Iso15693Dump {
  readonly kind: "iso15693";
  /** 8 bytes in the order of the air: E0 last. */
  readonly uid: Uint8Array;
  readonly dsfid: number;
  readonly afi: number;
  readonly icReference: number | undefined;
  readonly dsfidLocked: boolean;
  readonly afiLocked: boolean;
  readonly blockBytes: number;
  readonly memory: Uint8Array;
  readonly unread: readonly UnreadRange[];
  /** One entry per block. */
  readonly blockLocked: readonly boolean[];
  /** What only NXP's ICODE SLIX family has. */
  readonly slix: SlixFacts | undefined;
}

/** What a dump knows of an ICODE SLIX beyond ISO/IEC 15693. Passwords have 4 bytes. */
export interface SlixFacts {
  readonly passwords: {
    readonly read?: Uint8Array;
    readonly write?: Uint8Array;
    readonly privacy?: Uint8Array;
    readonly destroy?: Uint8Array;
    readonly eas?: Uint8Array;
  };
  /** 32 bytes. */
  readonly signature: Uint8Array | undefined;
  readonly privacyMode: boolean;
  readonly protectionPointer: number | undefined;
  readonly protectionCondition: number | undefined;
  readonly easLocked: boolean;
  readonly protectionLocked: boolean;
  /** True for a tag that takes every password. */
  readonly acceptsAllPasswords: boolean;
}

/** Type B memory tags of ST: SR176, SRI, SRIX, ST25TB. */
export interface Iso14443bMemoryDump {
  readonly kind: "iso14443b-memory";
  /** As the file names it, such as "ST25TB04K". `undefined`: only the number of blocks tells. */
  readonly product: string | undefined;
  /** 8 bytes in the order of the air: D0 last. `undefined`: the file does not say. */
  readonly uid: Uint8Array | undefined;
  /** Blocks of 4 bytes, of a SR176 of 2, in the order of the air. */
  readonly memory: Uint8Array;
  /** Block FF, 4 bytes. `undefined` of a SR176, whose lock register is in the last block of its memory. */
  readonly systemBlock: Uint8Array | undefined;
}

/** NFC Forum Type 1 tags: Jewel and Topaz. */
export interface TopazDump {
  readonly kind: "topaz";
  /** UID0 … UID6, 7 bytes. */
  readonly uid: Uint8Array;
  readonly hr0: number;
  readonly hr1: number;
  /** Blocks of 8 bytes. */
  readonly memory: Uint8Array;
  readonly unread: readonly UnreadRange[];
}

/** NFC Forum Type 4 tags: the files of the NDEF application. */
export interface Type4Dump extends DumpIdentityA {
  readonly kind: "type4";
  /** Answer to select with its TL byte. */
  readonly ats: Uint8Array | undefined;
  /** Capability container: file E103. */
  readonly container: Uint8Array;
  /** The NDEF file, and whatever others there are. */
  readonly files: readonly Type4File[];
}

/** A file of a Type 4 tag. */
export interface Type4File {
  /** ISO/IEC 7816-4 file identifier. */
  readonly id: number;
  readonly data: Uint8Array;
}

/** A card of which only the anticollision is known. */
export interface NfcAIdentityDump extends DumpIdentityA {
  readonly kind: "nfc-a-identity";
  /** Answer to select with its TL byte. */
  readonly ats: Uint8Array | undefined;
}

/** A type B card of which only the anticollision is known. */
export interface NfcBIdentityDump {
  readonly kind: "nfc-b-identity";
  /** 4 bytes. */
  readonly pupi: Uint8Array;
  /** 4 bytes. */
  readonly applicationData: Uint8Array;
  /** 3 bytes. */
  readonly protocolInfo: Uint8Array;
}

/** What a dump file can hold. */
export type TagDump =
  | UltralightDump
  | ClassicDump
  | ClassicKeysDump
  | FelicaLiteDump
  | FelicaStandardDump
  | Iso15693Dump
  | Iso14443bMemoryDump
  | TopazDump
  | Type4Dump
  | NfcAIdentityDump
  | NfcBIdentityDump;

/** The bytes that were never read; none for kinds that do not count them. */
export function unreadOf(dump: TagDump): readonly UnreadRange[] {
  return "unread" in dump ? dump.unread : [];
}
