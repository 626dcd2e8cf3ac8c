import { concatBytes, type RfTarget, type TraceEvent } from "@cardwire/core";
import { IOCTL_SMARTCARD, PCI_BYTES } from "@cardwire/ioctl";
import { createPcapngTrace } from "@cardwire/nfc-reader/recording";

const SUCCESS = 0;
/** SCARD_IO_REQUEST for T=1: protocol and length as little-endian DWORDs. */
const T1 = Uint8Array.of(2, 0, 0, 0, PCI_BYTES, 0, 0, 0);
const MOST_REPLY_BYTES = 65_548;

/**
 * A trace as a pcapng file. APDUs that stand alone, as a real reader's do, become the I/O controls that carry them.
 *
 * @param selected the tag that was found, where that is known.
 */
export function captureOf(events: readonly TraceEvent[], selected?: RfTarget): Uint8Array {
  const parts: Uint8Array[] = [];
  const { sink, selected: select } = createPcapngTrace((bytes) => parts.push(bytes));
  const hasIoctls = events.some(({ layer }) => layer === "ioctl");
  if (selected !== undefined) select(selected);
  for (const event of events) sink(event.layer === "apdu" && !hasIoctls ? carried(event) : event);
  return concatBytes(...parts);
}

function carried({ direction, timeUs, bytes }: Extract<TraceEvent, { layer: "apdu" }>): TraceEvent {
  const code = IOCTL_SMARTCARD.TRANSMIT;
  const data = concatBytes(T1, bytes);
  return direction === "down"
    ? { layer: "ioctl", direction, timeUs, code, input: data, outputLength: MOST_REPLY_BYTES }
    : { layer: "ioctl", direction, timeUs, code, status: SUCCESS, output: data };
}
