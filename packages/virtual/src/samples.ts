/**
 * Small tags of our own making, as files: for demonstrations and tests that want a tag and have none.
 * @packageDocumentation
 */
import { formatDump } from "./dump/format.ts";
import type { TagDump } from "./dump/model.ts";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  slixWithUri,
  st25tb04k,
  topaz96WithText,
  type4WithUri,
} from "./samples/others.ts";
import { ntag213WithText, ntag216WithUri, ultralightEv1Ticket } from "./samples/type2.ts";

export {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag213WithText,
  ntag216WithUri,
  slixWithUri,
  st25tb04k,
  topaz96WithText,
  type4WithUri,
  ultralightEv1Ticket,
};

/** A tag as a dump file. */
export interface SampleDump {
  /** Such as "ntag216-uri.nfc". */
  readonly fileName: string;
  /** One line about what is on the tag. */
  readonly title: string;
  /** The content of the file, made anew at each call. */
  bytes(): Uint8Array;
}

/** All samples, made when asked for. */
export function sampleDumps(): readonly SampleDump[] {
  const flipper = (fileName: string, title: string, dump: () => TagDump): SampleDump => ({
    fileName,
    title,
    bytes: () => formatDump(dump(), "flipper"),
  });
  const json = (fileName: string, title: string, dump: () => TagDump): SampleDump => ({
    fileName,
    title,
    bytes: () => formatDump(dump(), "proxmark3-json"),
  });
  const own = (fileName: string, title: string, dump: () => TagDump): SampleDump => ({
    fileName,
    title,
    bytes: () => formatDump(dump(), "json"),
  });
  return [
    flipper("ntag216-uri.nfc", "NTAG216 with the address of a web page", ntag216WithUri),
    flipper("ntag213-text.nfc", "NTAG213 with a text", ntag213WithText),
    flipper("ultralight-ev1-ticket.nfc", "MIFARE Ultralight EV1 used as a ticket", ultralightEv1Ticket),
    flipper("classic-1k-ndef.nfc", "MIFARE Classic 1K with an NDEF application", classic1kWithNdef),
    flipper("felica-lite-s-uri.nfc", "FeliCa Lite-S with the address of a web page", felicaLiteSWithUri),
    flipper("slix-uri.nfc", "ICODE SLIX with the address of a web page", slixWithUri),
    json("topaz-96-text.json", "Topaz 96 with a text", topaz96WithText),
    own("type4-uri.json", "Type 4 tag with the address of a web page", type4WithUri),
    flipper("st25tb04k.nfc", "ST25TB04K with counters", st25tb04k),
  ];
}
