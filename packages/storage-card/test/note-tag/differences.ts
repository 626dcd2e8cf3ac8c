import { type Differences, documentedGetData, type GetDataRule } from "@cardwire/storage-card";

/** What a profile makes of the table below. */
export interface NoteTagRules {
  readonly getData: GetDataRule;
  readonly lastBlock: number;
}

/** Where the two readings of the contract part for note tags. */
export const noteTagDifferences: Differences<NoteTagRules> = {
  getData: {
    documented: documentedGetData,
    nfccx: { historicalBytes: "by-le", shortLe: "uid-6CXX", refusesSmallArea: true },
    about: "GET DATA: the historical bytes of the made-up ATR, and what a short Le gives.",
    source: "PC/SC part 3 3.2.2.1.3; NFC class extension, GetDataCommand",
  },
  lastBlock: {
    documented: 7,
    nfccx: 0xff,
    about: "A block that the tag does not have: refused by the reader, or left to the tag.",
    source: "note tag data sheet, memory map; NFC class extension limits no address",
  },
};
