import type { RfDialogue, RfFailureReason, RfFrame, RfReceive, RfReply } from "@cardwire/core";
import { StatusWord } from "../status-word.ts";
import type { CommandDialogue, StorageCommand } from "../storage-command.ts";
import { type DataObject, readDataObject, SessionTag } from "./data-objects.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { frameWaitingTimeUs, getParameters, setParameters } from "./parameters.ts";
import { ObjectError, type ObjectStep, runObjects, timerUs } from "./run-objects.ts";

/** Bits of the transmission and reception flags (90): what the reader shall not do. */
const NO_TRANSMIT_CRC = 0x01;
const NO_RECEIVE_CRC = 0x02;
const NO_TRANSMIT_PARITY = 0x04;
const NO_RECEIVE_PARITY = 0x08;

/** First byte of the response status (96). */
const RESPONSE_STATUS: Partial<Record<RfFailureReason, number>> = {
  crc: 0x01,
  collision: 0x02,
  parity: 0x04,
  framing: 0x08,
};
const FRAMING_ERROR = 0x08;

/** What the objects of one APDU set up for those that follow. */
interface Framing {
  timeoutUs: number;
  transmitBits: number;
  expectedBits: number | undefined;
}

type Frame = { -readonly [Key in keyof RfFrame]: RfFrame[Key] };
type Receive = { -readonly [Key in keyof RfReceive]: RfReceive[Key] };

function buildFrame(command: StorageCommand, object: DataObject, framing: Framing): Frame {
  const { flags } = command.card.session;
  const frame: Frame = {
    kind: "frame",
    data: command.copyData(object.start, object.length),
    timeoutUs: framing.timeoutUs,
  };
  if (framing.transmitBits !== 8) frame.lastBits = framing.transmitBits;
  if ((flags & NO_TRANSMIT_CRC) !== 0) frame.transmitCrc = false;
  if ((flags & NO_RECEIVE_CRC) !== 0) frame.receiveCrc = false;
  if ((flags & NO_TRANSMIT_PARITY) !== 0) frame.transmitParity = false;
  if ((flags & NO_RECEIVE_PARITY) !== 0) frame.receiveParity = false;
  return frame;
}

function buildReceive(command: StorageCommand, timeoutUs: number): Receive {
  const { flags } = command.card.session;
  const receive: Receive = { kind: "receive", timeoutUs };
  if ((flags & NO_RECEIVE_CRC) !== 0) receive.receiveCrc = false;
  if ((flags & NO_RECEIVE_PARITY) !== 0) receive.receiveParity = false;
  return receive;
}

function failed(command: StorageCommand, reason: RfFailureReason, answer: ObjectWriter): number {
  const status = RESPONSE_STATUS[reason];
  if (status !== undefined) answer.appendBer(SessionTag.RESPONSE_STATUS, Uint8Array.of(status, 0));
  switch (reason) {
    case "timeout":
      return ObjectError.ICC_DID_NOT_RESPOND;
    case "link-lost":
      command.cardLost = true;
      return ObjectError.ICC_DID_NOT_RESPOND;
    case "unsupported":
      return StatusWord.FUNCTION_NOT_SUPPORTED;
    default:
      return StatusWord.UNKNOWN_FAILURE;
  }
}

/** The answer to a transceive or receive object: valid bits, response status, bytes. */
function answered(command: StorageCommand, reply: RfReply, framing: Framing, answer: ObjectWriter): number {
  if (reply.kind === "failure") return failed(command, reply.reason, answer);
  if (reply.kind === "done") return ObjectError.ICC_DID_NOT_RESPOND;
  const unexpected = framing.expectedBits !== undefined && framing.expectedBits !== reply.lastBits;
  framing.expectedBits = undefined;
  answer.appendBer(SessionTag.RECEIVE_BITS, Uint8Array.of(reply.lastBits & 7));
  answer.appendBer(SessionTag.RESPONSE_STATUS, Uint8Array.of(unexpected ? FRAMING_ERROR : 0, 0));
  answer.appendBer(SessionTag.RESPONSE, reply.data);
  return StatusWord.OK;
}

/** Reads an object that says how many bits of a last byte count: 1 to 7, or 0 for all eight. */
function lastBits(command: StorageCommand, object: DataObject): number | undefined {
  const bits = command.data(object.start);
  return bits > 7 ? undefined : bits === 0 ? 8 : bits;
}

/** Transparent Exchange `FF C2 00 01` (PC/SC part 3 supplement 2). */
export function transparentExchange(command: StorageCommand): CommandDialogue {
  const { card } = command;
  const { session } = card;
  const framing: Framing = {
    timeoutUs: frameWaitingTimeUs(session.parameters) ?? card.frameTimeoutUs,
    transmitBits: 8,
    expectedBits: undefined,
  };

  function* exchange(object: DataObject, answer: ObjectWriter): RfDialogue<number> {
    if (object.tag === SessionTag.RECEIVE) {
      // the timer of a receive object may stand behind it
      const following = object.next < command.lc ? readDataObject(command, object.next, command.lc, "ber") : undefined;
      if (following?.tag === SessionTag.TIMER && following.length === 4) setTimer(following);
      return answered(command, yield buildReceive(command, framing.timeoutUs), framing, answer);
    }
    const frame = buildFrame(command, object, framing);
    framing.transmitBits = 8;
    if (object.tag === SessionTag.TRANSCEIVE) return answered(command, yield frame, framing, answer);
    frame.expect = "nothing";
    const reply = yield frame;
    return reply.kind === "failure" ? failed(command, reply.reason, answer) : StatusWord.OK;
  }

  function setTimer(object: DataObject): void {
    const microseconds = timerUs(command, object);
    if (microseconds > 0) framing.timeoutUs = microseconds;
  }

  const step: ObjectStep = function* (object, answer): RfDialogue<number> {
    const { tag, length } = object;
    switch (tag) {
      case SessionTag.FLAGS:
        if (length !== 2) return StatusWord.WRONG_LENGTH;
        session.flags = (command.data(object.start) << 8) | command.data(object.start + 1);
        return StatusWord.OK;
      case SessionTag.TRANSMIT_BITS:
      case SessionTag.RECEIVE_BITS: {
        if (length !== 1) return StatusWord.WRONG_LENGTH;
        const bits = lastBits(command, object);
        if (bits === undefined) return StatusWord.WRONG_VALUE;
        if (tag === SessionTag.TRANSMIT_BITS) framing.transmitBits = bits;
        else framing.expectedBits = bits;
        return StatusWord.OK;
      }
      case SessionTag.TRANSMIT:
      case SessionTag.TRANSCEIVE:
      case SessionTag.RECEIVE:
        if ((length === 0) !== (tag === SessionTag.RECEIVE)) return StatusWord.WRONG_LENGTH;
        if (!session.open || session.fieldIsOff) return ObjectError.STOPPED;
        return yield* exchange(object, answer);
      case SessionTag.TIMER:
        if (length !== 4) return StatusWord.WRONG_LENGTH;
        setTimer(object);
        return StatusWord.OK;
      case SessionTag.GET_PARAMETERS:
        return getParameters(command, object, answer);
      case SessionTag.SET_PARAMETERS: {
        const statusWord = setParameters(command, object);
        framing.timeoutUs = frameWaitingTimeUs(session.parameters) ?? framing.timeoutUs;
        return statusWord;
      }
      default:
        return StatusWord.FUNCTION_NOT_SUPPORTED;
    }
  };
  return runObjects(command, step);
}
