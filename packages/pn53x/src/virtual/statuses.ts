import type { RfFailureReason } from "@cardwire/core";
import { Pn53xStatus } from "../status.ts";

/** The error code by which a chip tells what went wrong on the air. */
export const STATUS_OF: Readonly<Record<RfFailureReason, number>> = {
  timeout: Pn53xStatus.TIMEOUT,
  crc: Pn53xStatus.CRC,
  parity: Pn53xStatus.PARITY,
  framing: Pn53xStatus.FRAMING,
  collision: Pn53xStatus.COLLISION,
  authentication: Pn53xStatus.MIFARE_AUTHENTICATION,
  // a tag that has gone says nothing
  "link-lost": Pn53xStatus.TIMEOUT,
  overflow: Pn53xStatus.RF_OVERFLOW,
  unsupported: Pn53xStatus.INVALID_PARAMETER,
};
