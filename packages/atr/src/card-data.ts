import { FormatError } from "@cardwire/core";

/** In which state of its life the card, or a file, is. */
export type LifeCycle =
  | "no-information"
  | "creation"
  | "initialisation"
  | "activated"
  | "deactivated"
  | "termination"
  | "proprietary"
  | "reserved";

/** Reads a life cycle status byte (ISO/IEC 7816-4, life cycle status). */
export function decodeLifeCycle(lifeCycle: number): LifeCycle {
  if (lifeCycle > 0x0f) return "proprietary";
  if (lifeCycle >= 0x0c) return "termination";
  switch (lifeCycle) {
    case 0x00:
      return "no-information";
    case 0x01:
      return "creation";
    case 0x03:
      return "initialisation";
    case 0x05:
    case 0x07:
      return "activated";
    case 0x04:
    case 0x06:
      return "deactivated";
    default:
      return "reserved";
  }
}

/** The card service data byte, object 3 (ISO/IEC 7816-4:2005 table 85). */
export interface CardServiceData {
  readonly selectionByFullDfName: boolean;
  readonly selectionByPartialDfName: boolean;
  /** Data objects are to be had in EF.DIR. */
  readonly objectsInEfDir: boolean;
  /** Data objects are to be had in EF.ATR/INFO. */
  readonly objectsInEfAtr: boolean;
  /** How EF.DIR and EF.ATR/INFO are read. */
  readonly accessService: "read-binary" | "read-record" | "get-data" | "reserved";
  readonly hasMasterFile: boolean;
}

/** Reads a card service data byte. */
export function decodeCardServiceData(byte: number): CardServiceData {
  const access = (byte >> 1) & 0x07;
  return {
    selectionByFullDfName: (byte & 0x80) !== 0,
    selectionByPartialDfName: (byte & 0x40) !== 0,
    objectsInEfDir: (byte & 0x20) !== 0,
    objectsInEfAtr: (byte & 0x10) !== 0,
    accessService: access === 4 ? "read-binary" : access === 0 ? "read-record" : access === 2 ? "get-data" : "reserved",
    hasMasterFile: (byte & 0x01) === 0,
  };
}

/** How files are found: the first byte of the card capabilities (table 86). */
export interface SelectionMethods {
  readonly fullDfName: boolean;
  readonly partialDfName: boolean;
  readonly path: boolean;
  readonly fileIdentifier: boolean;
  readonly implicitDf: boolean;
  readonly shortEfIdentifier: boolean;
  readonly recordNumber: boolean;
  readonly recordIdentifier: boolean;
}

/** The data coding byte: the second byte of the card capabilities (table 87). */
export interface DataCoding {
  /** EFs of TLV structure are supported. */
  readonly tlvFiles: boolean;
  readonly writeFunctions: "one-time" | "proprietary" | "or" | "and";
  /** FF may begin a BER-TLV tag; else it is padding. */
  readonly ffStartsTag: boolean;
  /** Size of a data unit in quartets (half bytes): 1 to 32768, a power of two. */
  readonly dataUnitQuartets: number;
}

/** The third byte of the card capabilities (table 88; bit 6 since 2013). */
export interface CommandCapabilities {
  readonly commandChaining: boolean;
  readonly extendedLengths: boolean;
  /** EF.ATR/INFO tells how long extended lengths may be. */
  readonly extendedLengthInformation: boolean;
  /** Who gives a logical channel its number. Neither: there is only the basic channel. */
  readonly channelNumberByCard: boolean;
  readonly channelNumberByDevice: boolean;
  /** The highest number of channels: 1 to 7, or 8 for eight and more. */
  readonly maxLogicalChannels: number;
}

/** The card capabilities, object 7 (ISO/IEC 7816-4:2005 section 8.1.1.2.7): one, two or three bytes. */
export interface CardCapabilities {
  readonly selection: SelectionMethods;
  readonly dataCoding: DataCoding | undefined;
  readonly commands: CommandCapabilities | undefined;
}

const WRITE_FUNCTIONS = ["one-time", "proprietary", "or", "and"] as const;

function decodeCommands(byte: number): CommandCapabilities {
  const assigned = (byte & 0x18) !== 0;
  return {
    commandChaining: (byte & 0x80) !== 0,
    extendedLengths: (byte & 0x40) !== 0,
    extendedLengthInformation: (byte & 0x20) !== 0,
    channelNumberByCard: (byte & 0x10) !== 0,
    channelNumberByDevice: (byte & 0x08) !== 0,
    maxLogicalChannels: assigned ? (byte & 0x07) + 1 : 1,
  };
}

/**
 * Reads the card capabilities.
 *
 * @throws FormatError TOO_SHORT or TOO_LONG when there is not one, two or three bytes.
 */
export function decodeCardCapabilities(value: Uint8Array): CardCapabilities {
  const [selection, coding, commands] = value;
  if (selection === undefined || value.length > 3)
    throw new FormatError(
      selection === undefined ? "TOO_SHORT" : "TOO_LONG",
      `has one to three bytes, not ${value.length}`,
      { field: "card capabilities" },
    );
  return {
    selection: {
      fullDfName: (selection & 0x80) !== 0,
      partialDfName: (selection & 0x40) !== 0,
      path: (selection & 0x20) !== 0,
      fileIdentifier: (selection & 0x10) !== 0,
      implicitDf: (selection & 0x08) !== 0,
      shortEfIdentifier: (selection & 0x04) !== 0,
      recordNumber: (selection & 0x02) !== 0,
      recordIdentifier: (selection & 0x01) !== 0,
    },
    dataCoding:
      coding === undefined
        ? undefined
        : {
            tlvFiles: (coding & 0x80) !== 0,
            writeFunctions: WRITE_FUNCTIONS[(coding >> 5) & 0x03] ?? "one-time",
            ffStartsTag: (coding & 0x10) !== 0,
            dataUnitQuartets: 1 << (coding & 0x0f),
          },
    commands: commands === undefined ? undefined : decodeCommands(commands),
  };
}
