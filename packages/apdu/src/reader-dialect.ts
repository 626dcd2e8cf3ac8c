/** Where a reader keeps keys that it is given. */
export type KeyMemory = "volatile" | "non-volatile";

/** What GET DATA can be asked for. Only the first two are PC/SC part 3's. */
export type GetDataItem = "uid" | "historical-bytes" | "ats" | "sak" | "atqa";

/** How a reader takes increments and decrements of a value block. */
export type ValueForm =
  /** `FF C2 00 03` with the templates A0 and A1 (PC/SC part 3, amendment 1 section 3.2.2.1.10); operand LSB first. */
  | { readonly kind: "template" }
  /** A command of the maker's. */
  | {
      readonly kind: "maker";
      readonly insIncrement: number;
      readonly insDecrement: number;
      /** The bytes before the operand that tell increment from decrement; none when INS does. */
      readonly opIncrement?: number;
      readonly opDecrement?: number;
      /** Where the block's address goes: P1 P2, or the byte before the operand. */
      readonly address: "p1p2" | "data";
      readonly operand: "msb-first" | "lsb-first";
    };

/** How a reader takes the commands of the transparent session (PC/SC part 3, supplement 2). */
export interface SessionForm {
  /** C2 in PC/SC part 3. */
  readonly ins: number;
  /** True when a last byte Le 00 belongs to the command. */
  readonly le: boolean;
  /** True when Transparent Exchange has an extended Lc, and the three bytes 00 after its data. */
  readonly extendedExchange?: boolean;
  /** The data objects it knows; all when absent. */
  readonly objects?: readonly number[];
  /** The longest value of an object in bytes; as long as a command can say when absent. */
  readonly maxValueLength?: number;
  /** How long the reader waits for a card when neither a timer nor FWTI was set. */
  readonly defaultTimeoutUs: number;
}

/**
 * What one kind of reader makes of PC/SC part 3, as data: the builders read from it what to write, and refuse what the
 * reader does not offer.
 */
export interface ReaderDialect {
  readonly name: string;
  /** What PC/SC reader names of this kind contain, in upper case. */
  readonly readerNames: readonly string[];
  /** P1 of GET DATA for each item that the reader has. */
  readonly getData: Readonly<Partial<Record<GetDataItem, number>>>;
  readonly loadKeys:
    | {
        /** The first one is where keys go unless told otherwise. */
        readonly memories: readonly KeyMemory[];
        /** What P2 names: a key number, or the key type that the key is for. */
        readonly p2: "key-number" | "key-type";
        /** First and last key number of each memory, where they are known for all readers of the kind. */
        readonly keyNumbers?: Readonly<Partial<Record<KeyMemory, readonly [first: number, last: number]>>>;
        /** True when keys can be sent enciphered (bit 7 of P1). */
        readonly secured: boolean;
      }
    | undefined;
  readonly authenticate:
    | {
        /** True when the reader also takes the obsolete `FF 88`. */
        readonly obsolete: boolean;
        /** The only key number that GENERAL AUTHENTICATE may name, where there is but one. */
        readonly keyNumber?: number;
      }
    | undefined;
  readonly read: {
    /** What Le does: it is honoured within a block, over several blocks too, or a whole block comes whatever it says. */
    readonly unit: "within-block" | "several-blocks" | "whole-block";
    /** Bytes of one read from a MIFARE Ultralight: one page, or the four that the card answers with. */
    readonly ultralightLength: 4 | 16;
  };
  /** Which half of an ISO 15693 block address P1 holds. */
  readonly iso15693Address: "msb-first" | "lsb-first";
  /** Undefined when the reader has no value operations. */
  readonly value: ValueForm | undefined;
  /** Undefined when the reader has no transparent session. */
  readonly session: SessionForm | undefined;
  readonly statusWords: {
    /** SW1 of a refused LOAD KEYS. */
    readonly loadKeys: 0x63 | 0x69;
    /** What a card's NAK or silence becomes: SW 6300 for everything, or a status word for each reason. */
    readonly cardFailure: "6300" | "by-reason";
    /** What a FeliCa card's status flags become: the status word itself, or part of a frame that ends with 9000. */
    readonly felica: "card-status" | "frame";
  };
  /** How DESFire commands can come: wrapped in APDUs, or as native frames too, whose answer may lack 9000. */
  readonly desfire: "wrapped" | "wrapped-or-native";
  /** Card names (NN NN) in ATRs beside the registry of PC/SC part 3. */
  readonly cardNames: Readonly<Record<number, string>>;
}
