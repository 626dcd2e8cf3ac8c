import {
  type RfDialogue,
  type RfFailure,
  type RfFrame,
  type RfFrameReply,
  type RfTarget,
  runDialogue,
} from "@cardwire/core";
import { withoutCrc } from "../front-end/framing.ts";
import { failure, frameReply } from "../front-end/replies.ts";
import type { Port100Session } from "./session.ts";
import { PORT100_PROTOCOL_DEFAULTS, type Port100Protocol, type Port100Rf, TYPE_1, TYPE_A, TYPE_B } from "./settings.ts";

/** A technology whose frames the chip has. */
export type Port100Framed = Exclude<RfTarget["technology"], "nfc-v">;

/** Answers of four bits, ACK and NAK of Type 2 tags: the only ones of type A that are one byte long. */
const NIBBLE_BITS = 4;

/** Forms frames by InSetRF and InSetProtocol. */
export class Port100Framing {
  readonly #session: Port100Session;

  constructor(session: Port100Session) {
    this.#session = session;
  }

  /** A conversation of frames with a tag of a technology. */
  async run<Result>(dialogue: RfDialogue<Result>, technology: Port100Framed, rf?: Port100Rf): Promise<Result> {
    return runDialogue(dialogue, {
      exchange: (request) =>
        request.kind === "frame" ? this.exchange(request, technology, rf) : failure("unsupported"),
    });
  }

  /** @param rf for FeliCa the rate, which stays as it was last when absent. */
  exchange(frame: RfFrame, technology: Port100Framed, rf?: Port100Rf): RfFailure | Promise<RfFrameReply | RfFailure> {
    // what the chip does with parity bits that are not its own has not been recorded by anybody
    if (frame.transmitParity === false || frame.receiveParity === false) return failure("unsupported");
    switch (technology) {
      case "nfc-a":
        return this.#exchangeA(frame);
      case "nfc-a-type1":
        return this.#exchangeType1(frame);
      case "nfc-b":
      case "nfc-b-memory":
        return this.#exchangeWhole(frame, "106B", TYPE_B);
      case "nfc-f":
        return this.#exchangeWhole(
          frame,
          rf ?? (this.#session.rf === "424F" ? "424F" : "212F"),
          PORT100_PROTOCOL_DEFAULTS,
        );
    }
  }

  /** Type A. The chip does not check CRCs: it would take the four bits of an ACK for a wrong one. */
  async #exchangeA(frame: RfFrame): Promise<RfFrameReply | RfFailure> {
    const { data, lastBits = 8, timeoutUs } = frame;
    const isShort = lastBits !== 8;
    const protocol: Port100Protocol = {
      ...TYPE_A,
      ADD_CRC: !isShort && frame.transmitCrc !== false ? 1 : 0,
      CHECK_CRC: 0,
      // a short frame has no parity bit (ISO/IEC 14443-3 section 6.2.3.1)
      ADD_PARITY: isShort && data.length === 1 ? 0 : 1,
      VALID_BITS: lastBits,
    };
    const answer = await this.#session.communicate("106A", protocol, data, timeoutUs);
    if (!(answer instanceof Uint8Array)) return answer;
    if (answer.length === 0) return failure("framing");
    if (answer.length === 1) return frameReply(answer, NIBBLE_BITS);
    return withoutCrc(answer, frame.receiveCrc !== false && !isShort);
  }

  #exchangeType1(frame: RfFrame): RfFailure | Promise<RfFrameReply | RfFailure> {
    if (frame.transmitCrc === false || frame.receiveCrc === false) return failure("unsupported");
    return this.#exchangeWhole(frame, "106A", TYPE_1);
  }

  async #exchangeWhole(frame: RfFrame, rf: Port100Rf, protocol: Port100Protocol): Promise<RfFrameReply | RfFailure> {
    if ((frame.lastBits ?? 8) !== 8) return failure("unsupported");
    const changed: Port100Protocol = {
      ...protocol,
      ADD_CRC: frame.transmitCrc === false ? 0 : protocol.ADD_CRC,
      CHECK_CRC: frame.receiveCrc === false ? 0 : protocol.CHECK_CRC,
    };
    const answer = await this.#session.communicate(rf, changed, frame.data, frame.timeoutUs);
    return answer instanceof Uint8Array ? frameReply(answer) : answer;
  }
}
