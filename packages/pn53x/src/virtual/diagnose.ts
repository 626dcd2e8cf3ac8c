import { concatBytes, FormatError } from "@cardwire/core";
import type { DiagnoseRequest } from "../command/general.ts";
import type { NO_ANSWER } from "./handler.ts";

/** Tests of Diagnose (UM0701-02 section 7.2.1). */
const TEST = {
  LINE: 0x00,
  ROM: 0x01,
  RAM: 0x02,
  /** Polls a DEP target 128 times, and tells how often it did not answer. */
  POLLING: 0x04,
  /** Gives back what it is sent, for ever. */
  ECHO: 0x05,
  PRESENCE: 0x06,
  ANTENNA: 0x07,
} as const;

const POLLINGS = 0x80;

/** What the tests ask of their chip. */
export interface DiagnosedChip {
  /** Whether a card in ISO-DEP is there. */
  presence(): Promise<Uint8Array>;
  inVain(): Promise<typeof NO_ANSWER>;
}

/** Diagnose. Everything in a virtual chip works. */
export function diagnose(
  { test, parameters = new Uint8Array(0) }: DiagnoseRequest,
  chip: DiagnosedChip,
): Uint8Array | Promise<Uint8Array | typeof NO_ANSWER> {
  switch (test) {
    case TEST.LINE:
      return concatBytes(Uint8Array.of(test), parameters);
    case TEST.ROM:
    case TEST.RAM:
    case TEST.ANTENNA:
      return Uint8Array.of(0);
    case TEST.POLLING:
      return Uint8Array.of(POLLINGS);
    case TEST.ECHO:
      return chip.inVain();
    case TEST.PRESENCE:
      return chip.presence();
    default:
      throw new FormatError("INVALID_VALUE", `${test} is no test`, { field: "NumTst" });
  }
}
