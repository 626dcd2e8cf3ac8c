import { loadTag } from "@cardwire/virtual";
import { classic1kWithNdef, ntag216WithUri } from "@cardwire/virtual/samples";
import type { Recording } from "./recording.ts";

/** libnfc's debug logs (LIBNFC_LOG_LEVEL=3), bytes of several reads put together. */
export const LIBNFC: readonly Recording[] = [
  {
    source: "pn532_uart, waking (nfc-tools/libnfc#355)",
    chip: "PN532",
    log: `
      > 55 55 00 00 00 00 00 00 00 00 00 00 00 00 00 00
      > 00 00 ff 03 fd d4 14 01 17 00
      ?`,
  },
  {
    source: "pn532_i2c, opening (nfc-tools/ifdnfc#6)",
    chip: "PN532",
    log: `
      > 00 00 ff 03 fd d4 14 01 17 00
      ?
      > 00 00 ff 09 f7 d4 00 00 6c 69 62 6e 66 63 be 00
      ?
      > 00 00 ff 02 fe d4 02 2a 00
      ?
      > 00 00 ff 03 fd d4 12 14 06 00
      ?`,
  },
  {
    source: "pn532_uart, nfc-list without a card (nfc-tools/libnfc#86)",
    chip: "PN532",
    before: ["D4 32 05 00 01 02"],
    log: `
      > 00 00 ff 04 fc d4 4a 01 00 e1 00
      < 00 00 ff 00 ff 00 00 00 ff 03 fd d5 4b 00 e0 00
      > 00 00 ff 09 f7 d4 4a 01 01 00 ff ff 00 00 e2 00
      < 00 00 ff 00 ff 00 00 00 ff 03 fd d5 4b 00 e0 00
      > 00 00 ff 09 f7 d4 4a 01 02 00 ff ff 00 00 e1 00
      < 00 00 ff 00 ff 00 00 00 ff 03 fd d5 4b 00 e0 00
      > 00 00 ff 05 fb d4 4a 01 03 00 de 00
      < 00 00 ff 00 ff 00 00 00 ff 03 fd d5 4b 00 e0 00
      > 00 00 ff 04 fc d4 4a 01 04 dd 00
      < 00 00 ff 00 ff 00 00 00 ff 03 fd d5 4b 00 e0 00
      > 00 00 ff 03 fd d4 44 00 e8 00
      < 00 00 ff 00 ff 00 00 00 ff 03 fd d5 45 00 e6 00`,
  },
  {
    source: "pn532_uart, a polling request that is none (nfc-tools/libnfc#671)",
    chip: "PN532",
    log: `
      > 00 00 ff 06 fa d4 32 05 00 01 02 f2 00
      < 00 00 ff 00 ff 00 00 00 ff 02 fe d5 33 f8 00
      > 00 00 ff 09 f7 d4 4a 01 01 80 40 ce 66 2f bd 00
      < 00 00 ff 00 ff 00 00 00 ff 01 ff 7f 81 00
      > 00 00 ff 06 fa d4 32 05 ff ff ff f8 00
      < 00 00 ff 00 ff 00 00 00 ff 02 fe d5 33 f8 00`,
  },
  {
    source: "pn53x_usb, searches without end, each ended by the next (nfc-tools/libnfc#278)",
    chip: "PN533",
    log: `
      > 00 00 ff 06 fa d4 32 05 ff ff ff f8 00
      < 00 00 ff 00 ff 00 00 00 ff 02 fe d5 33 f8 00
      > 00 00 ff 04 fc d4 4a 01 00 e1 00
      < 00 00 ff 00 ff 00
      > 00 00 ff 05 fb d4 4a 01 03 00 de 00
      < 00 00 ff 00 ff 00
      > 00 00 ff 09 f7 d4 4a 01 01 00 ff ff 01 00 e1 00
      < 00 00 ff 00 ff 00
      > 00 00 ff 09 f7 d4 4a 01 02 00 ff ff 01 00 e0 00
      < 00 00 ff 00 ff 00`,
  },
  {
    source: "pn532_uart, a jump without end and one with (nfc-tools/libnfc#218)",
    chip: "PN532",
    log: `
      > 00 00 ff 05 fb d4 56 00 00 00 d6 00
      < 00 00 ff 00 ff 00
      > 00 00 ff 06 fa d4 32 05 00 01 02 f2 00
      < 00 00 ff 00 ff 00 00 00 ff 02 fe d5 33 f8 00
      > 00 00 ff 05 fb d4 56 00 00 00 d6 00
      < 00 00 ff 00 ff 00 00 00 ff 03 fd d5 57 01 d3 00`,
  },
  {
    source: "pn53x_usb, an answer asked for again (nfc-tools-devel, SCL3712 with libllcp)",
    chip: "PN533",
    log: `
      > 00 00 ff 00 ff 00
      > 00 00 ff 02 fe d4 02 2a 00
      < 00 00 ff 06 fa d5 03 33 02 07 07 e5 00
      > 00 00 ff ff 00 00
      < 00 00 ff 06 fa d5 03 33 02 07 07 e5 00
      > 00 00 ff 02 fe d4 86 a6 00
      - 00 00 ff 00 ff 00 00 00 ff 03 fd d5 87 13 91 00`,
  },
];

/** libfreefare's, and what others do over libnfc. */
export const OVER_LIBNFC: readonly Recording[] = [
  {
    // SPI's first byte and its reads of the status left out; the log has no postambles
    source: "pn532_spi, a tag's own command by InDataExchange (nfc-tools/libnfc#516)",
    chip: "PN532",
    before: ["D4 32 05 00 00 00", "D4 4A 01 00"],
    card: () => loadTag(ntag216WithUri()),
    log: `
      > 00 00 ff 05 fb d4 40 01 af 00 3c 00
      < 00 00 ff 00 ff 00 00 00 ff 01 ff 7f 81 00`,
  },
  {
    source: "ntag21x_is_auth_supported of libfreefare (nfc-tools/libfreefare#112)",
    chip: "PN533",
    before: ["D4 32 05 00 00 00", "D4 4A 01 00"],
    card: () => loadTag(ntag216WithUri()),
    log: `
      > 00 00 ff 04 fc d4 42 60 00 8a 00
      ~ 00 00 ff 00 ff 00 00 00 ff 03 fd d5 43 01 e7 00`,
  },
  {
    source: "mifare-desfire-analyze, the first half of an authentication (nfc-tools/libfreefare#32)",
    chip: "PN532",
    log: `
      > 00 00 ff 0a f6 d4 40 01 90 aa 00 00 01 00 00 b0 00
      - 00 00 ff 00 ff 00 00 00 ff 15 eb d5 41 00 8d b1 f0 47 07 5d 45 23 80 6a 42 13 90 43 11 80 91 af c6 00`,
  },
];

/** libnfc's acr122_usb and acr122_pcsc: what the CCID messages of its log carry. */
export const LIBNFC_ACR122: readonly Recording[] = [
  {
    source: "acr122_usb, opening (emsec/ChameleonMini#266)",
    chip: "ACR122U",
    log: `
      > ff 00 51 00 00
      < 90 00
      > ff 00 00 00 02 d4 02
      < d5 03 32 01 06 07 90 00`,
  },
  {
    source: "acr122_pcsc with an older firmware (nfc-tools/libnfc#169)",
    chip: "ACR122U",
    log: `
      > ff 00 00 00 02 d4 02
      ~ d5 03 32 01 04 07 90 00
      > ff 00 00 00 03 d4 12 14
      < d5 13 90 00
      > ff 00 00 00 04 d4 06 63 3d
      ~ d5 07 07 90 00`,
  },
  {
    source: "acr122_usb, nfc-list without a card (nfc-tools/libnfc#666)",
    chip: "ACR122U",
    log: `
      > ff 00 00 00 0b d4 08 63 02 80 63 03 80 63 05 44
      < d5 09 90 00
      > ff 00 00 00 06 d4 32 05 00 01 02
      < d5 33 90 00
      > ff 00 00 00 04 d4 4a 01 00
      < d5 4b 00 90 00
      > ff 00 00 00 06 d4 32 05 ff ff ff
      < d5 33 90 00`,
  },
  {
    source: "acr122_usb, registers after a search for type B (nfc-tools/libnfc#666)",
    chip: "ACR122U",
    before: ["D4 32 05 00 01 02", "D4 4A 01 03 00"],
    log: `
      > ff 00 00 00 06 d4 06 63 02 63 03
      < d5 07 83 83 90 00`,
  },
  {
    source: "acr122_usb, a MIFARE Classic found again and again (nfc-tools/libnfc#476)",
    chip: "ACR122U",
    card: () => loadTag(classic1kWithNdef()),
    log: `
      > ff 00 00 00 03 d4 44 00
      < d5 45 00 90 00
      > ff 00 00 00 04 d4 4a 01 00
      ~ d5 4b 01 01 04 00 08 04 82 ac b9 5d 90 00
      > ff 00 00 00 03 d4 44 00
      < d5 45 00 90 00
      > ff 00 00 00 04 d4 4a 01 00
      ~ d5 4b 01 01 04 00 08 04 82 ac b9 5d 90 00`,
  },
  {
    source: "acr122_usb, nfc-relay-picc (nfc-tools/libnfc#691)",
    chip: "ACR122U",
    log: `
      > ff 00 00 00 04 d4 32 01 00
      < d5 33 90 00
      > ff 00 00 00 06 d4 06 63 38 63 3d
      < d5 07 00 00 90 00
      > ff 00 00 00 03 d4 12 10
      < d5 13 90 00
      > ff 00 00 00 03 d4 12 30
      < d5 13 90 00
      > ff 00 00 00 04 d4 06 63 05
      ~ d5 07 00 90 00`,
  },
  {
    source: "acr122_usb, a card by its UID and an APDU (nfc-tools/libnfc#263)",
    chip: "ACR122U",
    log: `
      > ff 00 00 00 08 d4 4a 01 00 a0 d9 89 78
      - d5 4b 01 01 00 04 28 04 a0 d9 89 78 90 00
      > ff 00 00 00 0e d4 40 01 00 a4 04 00 06 f7 52 46 54 41 01
      -`,
  },
];
