import {
  concatBytes,
  type RfRequest,
  type RfTarget,
  type TraceEvent,
  type TraceSink,
  traceTimeUs,
  writeUint32LE,
} from "@cardwire/core";
import { replyPacket, requestPacket, selectionPackets } from "./iso14443-packets.ts";

const SECTION_HEADER = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
/** LINKTYPE_ISO_14443, which Wireshark takes apart. */
const LINKTYPE_ISO_14443 = 264;
/** LINKTYPE_USER0: I/O controls, for which there is no link type. */
const LINKTYPE_USER0 = 147;
const RF_INTERFACE = 0;
const IOCTL_INTERFACE = 1;
const IF_NAME = 2;
const EPB_FLAGS = 2;
const INBOUND = 1;
const OUTBOUND = 2;

function words(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  values.forEach((value, index) => writeUint32LE(bytes, index * 4, value, "pcapng"));
  return bytes;
}

function padded(data: Uint8Array): Uint8Array {
  const rest = data.length % 4;
  return rest === 0 ? data : concatBytes(data, new Uint8Array(4 - rest));
}

function option(code: number, value: Uint8Array): Uint8Array {
  return concatBytes(words(code | (value.length << 16)), padded(value));
}

/** A block: its type, its length, its body, its length once more. */
function block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...body);
  const length = content.length + 12;
  return concatBytes(words(type, length), content, words(length));
}

const END_OF_OPTIONS = words(0);

function interfaceDescription(linkType: number, name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  return block(INTERFACE_DESCRIPTION, words(linkType, 0), option(IF_NAME, text), END_OF_OPTIONS);
}

/** A capture that is being written. */
export interface PcapngTrace {
  /** Takes a reader's trace. APDUs are left out: they are in the I/O controls that carry them. */
  readonly sink: TraceSink;
  /**
   * A tag has been found: its selection is written as the standard has it, so that what follows can be followed. For a
   * reader's event "card-arrived".
   */
  readonly selected: (target: RfTarget) => void;
}

/** How a capture is written. */
export interface PcapngTraceOptions {
  /** Microseconds since 1970 at the trace's time 0. By the host's clock unless given. */
  readonly epochUs?: number;
}

/**
 * Writes a trace as pcapng (draft-ietf-opsawg-pcapng), for Wireshark. RF frames are on interface 0 with the link type of
 * ISO/IEC 14443. I/O controls are on interface 1 with a link type of the user's own: control code, then the output length
 * and the input, or the status and the output; numbers as little-endian DWORDs, and the packet's flags say which way.
 *
 * @param write is called with the file's bytes, piece by piece, the first two before this returns.
 */
export function createPcapngTrace(write: (bytes: Uint8Array) => void, options: PcapngTraceOptions = {}): PcapngTrace {
  const epochUs = options.epochUs ?? Date.now() * 1000 - traceTimeUs();
  write(block(SECTION_HEADER, words(BYTE_ORDER_MAGIC, 0x0000_0001, 0xffff_ffff, 0xffff_ffff)));
  write(
    concatBytes(interfaceDescription(LINKTYPE_ISO_14443, "RF"), interfaceDescription(LINKTYPE_USER0, "I/O controls")),
  );

  const packet = (on: number, timeUs: number, data: Uint8Array, direction: number): void => {
    const time = Math.max(0, Math.round(epochUs + timeUs));
    const head = words(on, Math.floor(time / 2 ** 32), time % 2 ** 32, data.length, data.length);
    write(block(ENHANCED_PACKET, head, padded(data), option(EPB_FLAGS, words(direction)), END_OF_OPTIONS));
  };

  let asked: RfRequest | undefined;
  let lastUs = 0;
  const sink = (event: TraceEvent): void => {
    lastUs = event.timeUs;
    if (event.layer === "ioctl") {
      const { code, timeUs } = event;
      if (event.direction === "down")
        packet(IOCTL_INTERFACE, timeUs, concatBytes(words(code, event.outputLength), event.input), OUTBOUND);
      else packet(IOCTL_INTERFACE, timeUs, concatBytes(words(code, event.status), event.output), INBOUND);
    } else if (event.layer === "rf") {
      const isDown = event.direction === "down";
      if (isDown) asked = event.request;
      const data = isDown ? requestPacket(event.request) : asked && replyPacket(asked, event.reply);
      if (data !== undefined) packet(RF_INTERFACE, event.timeUs, data, isDown ? OUTBOUND : INBOUND);
    }
  };
  return {
    sink,
    selected: (target) => {
      selectionPackets(target).forEach((data, index) => {
        packet(RF_INTERFACE, lastUs, data, index % 2 === 0 ? OUTBOUND : INBOUND);
      });
    },
  };
}
