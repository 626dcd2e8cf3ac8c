import { crcOnAir, insertParity, removeParity, type RfFrame, type RfFrameReply, type RfTarget } from "@cardwire/core";

type Technology = RfTarget["technology"];

function hasParity(technology: Technology): boolean {
  return technology === "nfc-a" || technology === "nfc-a-type1";
}

/**
 * Turns a frame as it leaves the antenna into what the silicon takes: without parity bits where the host sent them
 * itself, and without the CRC where the host appended one. `undefined` when parity or CRC is wrong: a tag does not
 * understand such a frame.
 *
 * Frames that end inside a byte (REQA, WUPA, the 4-bit write data of some tags) have no CRC and are handed on as they are.
 */
export function toSilicon(frame: RfFrame, technology: Technology): RfFrame | undefined {
  if (frame.transmitCrc !== false && frame.transmitParity !== false) return frame;
  let data = frame.data;
  let lastBits = frame.lastBits ?? 8;
  if (frame.transmitParity === false && hasParity(technology)) {
    const bare = removeParity(data, lastBits);
    if (bare === undefined) return undefined;
    ({ data, lastBits } = bare);
  }
  if (frame.transmitCrc === false && lastBits === 8) {
    const end = data.length - 2;
    if (end < 1) return undefined;
    const [first, second] = crcOnAir(data.subarray(0, end), technology);
    if (data[end] !== first || data[end + 1] !== second) return undefined;
    data = data.slice(0, end);
  }
  return { kind: "frame", data, lastBits, timeoutUs: frame.timeoutUs };
}

/** Which bits of its own a front end leaves in what it hands up. */
export interface ReceiveFlags {
  readonly receiveCrc?: boolean;
  readonly receiveParity?: boolean;
}

/** Turns the silicon's answer into what the front end hands up: with CRC and parity bits where the host wants them. */
export function fromSilicon(reply: RfFrameReply, flags: ReceiveFlags, technology: Technology): RfFrameReply {
  if (flags.receiveCrc !== false && flags.receiveParity !== false) return reply;
  let { data, lastBits } = reply;
  // a 4-bit ACK or NAK has neither CRC nor parity (ISO/IEC 14443-3 section 6.2.3.1: short frame)
  if (lastBits !== 8 || data.length === 0) return reply;
  if (flags.receiveCrc === false) {
    const [first, second] = crcOnAir(data, technology);
    const withCrc = new Uint8Array(data.length + 2);
    withCrc.set(data);
    withCrc[data.length] = first;
    withCrc[data.length + 1] = second;
    data = withCrc;
  }
  if (flags.receiveParity === false && hasParity(technology)) ({ data, lastBits } = insertParity(data));
  return { kind: "frame", data, lastBits };
}
