import type { IcodePassword } from "./icode-passwords.ts";

/** What an ICODE SLIX or SLIX2 has beyond the standard. */
export interface IcodeFeatures {
  /** 4 bytes each, as SET PASSWORD sends them. The factory's when absent: 0F0F0F0F for privacy and destroy, else zeros. */
  readonly passwords?: Readonly<Partial<Record<IcodePassword, Uint8Array>>>;
  readonly easActive?: boolean;
  readonly easLocked?: boolean;
  /** First block of the upper page. */
  readonly protectionPointer?: number;
  /** Bits: 0 reading, 1 writing of the lower page, 4 reading, 5 writing of the upper page need their password. */
  readonly protectionCondition?: number;
  readonly protectionLocked?: boolean;
  readonly privacyMode?: boolean;
  /** Originality signature, 32 bytes, on SLIX2. */
  readonly signature?: Uint8Array;
}

/** All that an ISO/IEC 15693 tag is. */
export interface Iso15693Image {
  /** For people: "SLIX", "M24LR64-R". */
  readonly name?: string;
  /** 8 bytes, least significant first as on the air: E0 last. */
  readonly uid: Uint8Array;
  readonly dsfid: number;
  readonly afi: number;
  readonly icReference: number;
  /** 1–32. */
  readonly blockBytes: number;
  /** Every block from 0 on. */
  readonly memory: Uint8Array;
  /** A byte for each block, 1 for a locked one. All open when absent. */
  readonly lockedBlocks?: Uint8Array;
  readonly dsfidLocked?: boolean;
  readonly afiLocked?: boolean;
  /** The extended commands 30–3C of the standard's 2019 edition. */
  readonly extendedCommands?: boolean;
  readonly icode?: IcodeFeatures;
}
