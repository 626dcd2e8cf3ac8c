import { loadTag } from "@cardwire/virtual";
import { classic1kWithNdef, felicaLiteSWithUri, ntag216WithUri } from "@cardwire/virtual/samples";
import type { Recording } from "./recording.ts";

/** Libraries for hobby boards, and examples that their makers' documents give. */
export const BOARDS: readonly Recording[] = [
  {
    source: "node-pn532 (techniq/node-pn532#12)",
    chip: "PN532",
    log: `
      > 00 00 ff 05 fb d4 14 01 00 01 16 00
      < 00 00 ff 00 ff 00 00 00 ff 02 fe d5 15 16 00
      > 00 00 ff 09 f7 d4 40 01 a2 05 07 54 02 65 82 00
      - 00 00 ff 00 ff 00 00 00 ff 03 fd d5 41 02 e8 00`,
  },
  {
    source: "rfid-pn532 of Tessel (tessel/rfid-pn532#36)",
    chip: "PN532",
    log: `
      > 00 00 ff 02 fe d4 02 2a 00
      < 00 00 ff 00 ff 00 00 00 ff 06 fa d5 03 32 01 06 07 e8 00
      > 00 00 ff 05 fb d4 14 01 14 01 02 00
      < 00 00 ff 00 ff 00 00 00 ff 02 fe d5 15 16 00`,
  },
  {
    source: "an Arduino sketch's comments (ELECHOUSE and ITEAD modules on a serial port)",
    chip: "PN532",
    card: () => loadTag(ntag216WithUri()),
    log: `
      > 55 55 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ff 03 fd d4 14 01 17 00
      < 00 00 FF 00 FF 00 00 00 FF 02 FE D5 15 16 00
      > 00 00 FF 02 FE D4 02 2A 00
      < 00 00 FF 00 FF 00 00 00 FF 06 FA D5 03 32 01 06 07 E8 00
      > 00 00 FF 04 FC D4 4A 01 00 E1 00
      ~ 00 00 ff 00 ff 00 00 00 ff 0f f1 d5 4b 01 01 00 44 00 07 04 41 6d 41 2b 02 89 ea 00`,
  },
  {
    source: "a tutorial's MIFARE Classic on a serial port (jinmi8.com/doc/12721/11042)",
    chip: "PN532",
    card: () => loadTag(classic1kWithNdef()),
    log: `
      > 55 55 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ff 03 fd d4 14 01 17 00
      < 00 00 ff 00 ff 00 00 00 ff 02 fe d5 15 16 00
      > 00 00 ff 04 fc d4 4a 01 00 e1 00
      ~ 00 00 ff 00 ff 00 00 00 ff 0c f4 d5 4b 01 01 00 04 08 04 fb 0e e2 0b d8 00
      > 00 00 ff 0f f1 d4 40 01 60 07 ff ff ff ff ff ff fb 0e e2 0b 94 00
      ?
      > 00 00 ff 05 fb d4 40 01 30 04 b7 00
      - 00 00 ff 00 ff 00 00 00 ff 13 ed d5 41 00 ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff fa 00`,
  },
];

/** What programs for an ACR122U say by PC/SC, and the manual of its maker. */
export const ACR122_TOOLS: readonly Recording[] = [
  {
    source: "a length that says too much (pokusew/nfc-pcsc#59)",
    chip: "ACR122U",
    before: ["D4 32 05 00 00 00", "D4 4A 01 00"],
    card: () => loadTag(ntag216WithUri()),
    log: `
      > ff 00 00 00 16 d4 42 1a 00
      ~ d5 43 01 90 00`,
  },
  {
    source: "an APDU in InDataExchange to a card that has none (nfc-tools/libnfc#251)",
    chip: "ACR122U",
    before: ["D4 32 05 00 00 00", "D4 4A 01 00"],
    card: () => loadTag(ntag216WithUri()),
    log: `
      > ff 00 00 00 0b d4 40 01 90 5a 00 00 03 00 00 00 00
      < 63 7f`,
  },
  {
    source: "key and block of a MIFARE Classic (Proxmark/proxmark3#476)",
    chip: "ACR122U",
    log: `
      > ff 00 00 00 0f d4 40 01 60 00 a0 a1 a2 a3 a4 a5 01 02 03 04
      - d5 41 00 90 00
      > ff 00 00 00 05 d4 40 01 30 00
      - d5 41 00 90 00`,
  },
  {
    source: "FeliCa, read without encryption (ACR122T API 2.02, section 7.3)",
    chip: "ACR122U",
    before: ["D4 32 05 00 00 00", "D4 4A 01 01 00 FF FF 00 00"],
    card: () => loadTag(felicaLiteSWithUri()),
    log: `
      > ff 00 00 00 13 d4 40 01 10 06 01 14 b3 4c 2a 5f 6e 71 01 09 00 01 80 00
      ~ d5 41 00 1d 07 01 14 b3 4c 2a 5f 6e 71 00 00 01 00 aa 55 aa 55 aa 55 aa 55 aa 55 aa 55 aa 55 aa 90 00`,
  },
];

/** Logs without frames: commands from their code on, and answers from theirs on. */
export const MESSAGES: readonly (readonly [source: string, command: string, answer: string])[] = [
  [
    "Seeed-Studio/PN532#111",
    "8C 00 08 00 12 34 56 60 01 FE A2 A3 A4 A5 A6 A7 C0 C1 C2 C3 C4 C5 C6 C7 FF FF AA 99 88 77 66 55 44 33 22 11 00 00",
    "8D 08 E0 80",
  ],
  ["Seeed-Studio/PN532#111", "86", "87 00 00 A4 04 00 07 D2 76 00 00 85 01 01 00"],
  ["Seeed-Studio/PN532#111", "8E 90 00", "8F 00"],
  ["Seeed-Studio/PN532#111", "14 01 14 01", "15"],
  ["Seeed-Studio/PN532#88", `8C 05 04 00 12 34 56 20 ${"00 ".repeat(28)}00 00`, "8D 08 E0 80"],
  ["Seeed-Studio/PN532#88", "86", "87 13"],
  ["Seeed-Studio/PN532#88", "52 00", "53 00"],
  ["nfc-tools-devel, SCL3712", "86", "87 13"],
  // as nfcpy's own tests have them
  ["nfcpy, tests/base_clf_pn53x.py", "46 01 00 02 30 31 32 33 34 35 36 37 38 39", "47 01"],
  [
    "nfcpy, tests/base_clf_pn53x.py",
    "46 01 00 06 30 31 32 33 34 35 36 37 38 39 46 66 6d 01 01 13 02 02 07 ff 04 01 32 07 01 07",
    "47 00 01 66 f6 e9 8d 1c 13 df e5 6d e4 00 00 00 07 02 46 66 6d 01 01 12 02 02 07 ff 04 01 64 07 01 03",
  ],
  ["nfcpy, tests/base_clf_pn53x.py", "56 01 01 01 f1 f2 f3 f4", "57 01"],
  ["nfcpy, tests/base_clf_pn53x.py", "56 01 01 05 f1 f2 f3 f4 f5 d1 d2", "57 00 01 aa"],
  ["nfcpy, tests/base_clf_pn53x.py", "56 01 01 02 01 02 03 04 05 06 07 08 09 0a", "57 01"],
  ["nfcpy, tests/base_clf_pn53x.py", "50 01 00", "51 01"],
  ["nfcpy, tests/base_clf_pn53x.py", "50 01 03 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f", "51 00 aa bb cc"],
  ["nfcpy, tests/base_clf_pn53x.py", "4e 01 02 01", "4f 00"],
  ["nfcpy, tests/base_clf_pn53x.py", "92 31 32", "93 00"],
  ["nfcpy, tests/base_clf_pn53x.py", "86", "87 40 aa bb"],
  ["nfcpy, tests/base_clf_pn53x.py", "94 31 32", "95 00"],
  ["nfcpy, tests/base_clf_pn53x.py", "88", "89 00 31 32"],
  ["nfcpy, tests/base_clf_pn53x.py", "90 05 78 80 70 02", "91 00"],
  ["nfcpy, tests/base_clf_pn53x.py", "8a", "8b 01 22"],
  ["nfcpy, tests/base_clf_pn53x.py", "4a 01 00 88 01 02 03 88 04 05 06 07 08 09 10", "4b 00"],
  ["nfcpy, tests/base_clf_pn53x.py", "4a 01 04", "4b 01 01 0c 00 b2 56 54 00"],
  ["nfcpy, tests/base_clf_pn53x.py", "4a 01 03 00", "4b 01 01 50 e8 25 3e ec 00 00 00 11 00 81 85 01 00"],
  [
    "nfcpy, tests/base_clf_pn53x.py",
    "4a 01 01 00 ff ff 01 00",
    "4b 01 01 14 01 01 02 03 04 05 06 07 08 f1 f2 f3 f4 f5 f6 f7 f8 aa bb",
  ],
  [
    "nfcpy, tests/test_clf_pn532.py",
    "8C 03 010203040506 010203040506070809101112131415161718 01020304050607080910 03 313233 00",
    "8D 01 02 03",
  ],
  [
    "nfcpy, tests/test_clf_rcs956.py",
    "8C 02 010203040506 010203040506070809101112131415161718 01020304050607080910 313233",
    "8D 01 02 03",
  ],
  ["nfcpy, tests/test_clf_pn533.py", "04", "05 00 01 01 01 00 00 00"],
  ["nfcpy, tests/test_clf_pn533.py", "04", "05 0e 00 00"],
  ["nfcpy, tests/test_clf_pn533.py", "06 01 02 63 1a", "07 00 aa bb"],
  ["nfcpy, tests/test_clf_pn533.py", "06 01 02 63 1a", "07 01"],
  ["nfcpy, tests/test_clf_pn533.py", "08 01 02 10 63 01 11", "09 01"],
  ["nfcpy, tests/test_clf_pn532.py", "14 02 01 01", "15"],
  ["nfcpy, tests/test_clf_pn532.py", "14 04 03 01", "15"],
  ["nfcpy, tests/test_clf_pn532.py", "16 b0 01", "17 00"],
  ["nfcpy, tests/test_clf_pn532.py", "32 0a 59 f4 3f 11 4d 85 61 6f 26 62 87", "33"],
  ["nfcpy, tests/test_clf_pn532.py", "32 0b 69 ff 3f 11 41 85 61 6f", "33"],
  ["nfcpy, tests/test_clf_pn532.py", "32 0c ff 04 85", "33"],
  ["nfcpy, tests/test_clf_pn532.py", "32 0d 85 15 8a 85 08 b2 85 01 da", "33"],
  // the jinmi8 and UM0701-02 examples of InAutoPoll's form
  ["UM0701-02, section 7.3.13", "60 14 02 20 10 03 11 12 04", "61 01 10 09 01 00 04 08 04 01 02 03 04"],
];

/** As {@link MESSAGES}, of a Port-100. */
export const PORT100_MESSAGES: readonly (readonly [source: string, command: string, answer: string])[] = [
  ["nfcpy, tests/test_clf_rcs380.py", "28", "29 00 00 00 00 00 00 00 03"],
  ["nfcpy, tests/test_clf_rcs380.py", "12 0a 00", "13"],
  ["nfcpy, tests/test_clf_rcs380.py", "20 60", "21 01 23"],
  ["nfcpy, tests/test_clf_rcs380.py", "00 01 01 0f 02", "01 00"],
  ["nfcpy, tests/test_clf_rcs380.py", "00 03 07 0f 07", "01 01"],
  ["nfcpy, tests/test_clf_rcs380.py", "02 01 00 02 00 05 01 00 06 07 07", "03 00"],
  ["nfcpy, tests/test_clf_rcs380.py", "04 36 01 26", "05 80 00 00 00"],
  ["nfcpy, tests/test_clf_rcs380.py", "04 36 01 26", "05 00 00 00 00 08 44 00"],
  ["nfcpy, tests/test_clf_rcs380.py", "04 ff ff 31 32", "05 40 00 00 00"],
  ["nfcpy, tests/test_clf_rcs380.py", "40 08 0b", "41 00"],
  ["nfcpy, tests/test_clf_rcs380.py", "42 00 01 01 01 02 07", "43 00"],
  ["nfcpy, tests/test_clf_rcs380.py", "44 01 02", "45 00"],
  [
    "nfcpy, tests/test_clf_rcs380.py",
    `48 00 00 ff ff 01 31 32 33 34 35 36 ${"00 ".repeat(18)}01 01 02 01 31 32`,
    "49 0b 00 03 00 00 00 00 e0 70",
  ],
  ["nfcpy, tests/test_clf_rcs380.py", `48 00 00 ff ff 00 ${"00 ".repeat(24)}00 00 00 00`, "49 00 00 00 80 00 00 00"],
];
