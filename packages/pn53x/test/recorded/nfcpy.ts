import { loadTag } from "@cardwire/virtual";
import { ntag216WithUri } from "@cardwire/virtual/samples";
import type { Recording } from "./recording.ts";

function counting(bytes: number): string {
  return Array.from({ length: bytes }, (_, index) => (index % 256).toString(16).padStart(2, "0")).join("");
}

/** nfcpy's logs of its transport. */
export const NFCPY: readonly Recording[] = [
  {
    source: "pn532 on a serial port, opening (nfcpy/nfcpy#131)",
    chip: "PN532",
    log: `
      > 000000000000000000000000ff02fed4022a00
      < 0000ff00ff00 0000ff06fad50332010607e800
      > 000000000000000000000000ff05fbd4140100001700
      < 0000ff00ff00 0000ff02fed5151600
      > 000000000000000000000000ff03fdd410071500
      < 0000ff00ff00 0000ff02fed5111a00
      > 0000ff00ff00`,
  },
  {
    source: "pn532, reading a Type 2 tag (nfcpy/nfcpy#131)",
    chip: "PN532",
    before: ["D43205010001", "D44A0100", "D408 6303 00"],
    card: () => loadTag(ntag216WithUri()),
    log: `
      > 0000ff08f8d406630263036305f300
      < 0000ff00ff00 0000ff05fbd5078000436100
      > 0000ff0bf5d4086302806303006305432e00
      < 0000ff00ff00 0000ff02fed5092200
      > 0000ff06fad432020a0b07dc00
      < 0000ff00ff00 0000ff02fed533f800
      > 0000ff04fcd442300ab000
      ~ 0000ff00ff00 0000ff15ebd54300656e63611101055402656e766151011ec3b75000`,
  },
  {
    source: "pn533 in an SCL3711, the line test in an extended frame (nfcpy/nfcpy#115)",
    chip: "PN533",
    log: `
      > 0000ff00ff00
      > 0000ffffff0109f6d40000${counting(262)}9d00
      ?`,
  },
  {
    source: "rcs956 in an RC-S330, its reset (nfcpy/nfcpy#256)",
    chip: "PN533",
    log: `
      > 0000ff00ff00
      > 0000ff03fdd418011300
      - 0000ff00ff00 0000ff02fed5191200`,
  },
  {
    source: "rcs380, opening (nfcpy/nfcpy#11)",
    chip: "Port-100",
    log: `
      > 0000ff00ff00
      > 0000ffffff0300fdd62a01ff00
      < 0000ff00ff00 0000ffffff0300fdd72b00fe00
      > 0000ffffff0200fed6200a00
      < 0000ff00ff00 0000ffffff0400fcd7211101f600
      > 0000ffffff0200fed6220800
      < 0000ff00ff00 0000ffffff0400fcd72300010500
      > 0000ffffff0300fdd606002400
      < 0000ff00ff00 0000ffffff0300fdd707002200
      > 0000ffffff0200fed6200a00
      < 0000ff00ff00 0000ffffff0400fcd7211101f600`,
  },
];
