import { equalBytes, isFormatError, type NfcATarget, type NfcBTarget, type RfDialogue } from "@cardwire/core";
import { parseProtocolInfo } from "./atqb.ts";
import { parseAts } from "./ats.ts";
import { buildAttrib, parseAttribAnswer } from "./attrib.ts";
import { IsoDepLink, type IsoDepFailureReason } from "./link.ts";
import { type IsoDepParameters, parametersOfAts, parametersOfProtocolInfo } from "./parameters.ts";
import { buildPps, buildPpsAnswer, type Pps } from "./pps.ts";
import { buildRats } from "./rats.ts";
import { EXTRA_WAIT_US, LARGEST_FWT_US } from "./timing.ts";

/** How a reader takes a card to ISO-DEP. */
export interface ActivationOptions {
  /** FSDI: which frames the reader takes, 0–8 for 16 to 256 bytes with CRC. 8 unless given. */
  readonly fsdi?: number;
  /** The card's number among several, 0–14. 0 unless given. */
  readonly cid?: number;
  /** Node address for the first block of every APDU, for a card that supports it. */
  readonly nad?: number;
  /** The longest frame without CRC that the front end can send, where that is less than the card takes. */
  readonly maxTransmitBytes?: number;
}

/** A card that has been activated. */
export interface IsoDepActivation<Target> {
  readonly kind: "activated";
  /** The target with its `ats` or `attrib`. */
  readonly target: Target;
  readonly link: IsoDepLink;
}

/** A card that could not be activated. */
export interface IsoDepActivationFailure {
  readonly kind: "failure";
  readonly reason: IsoDepFailureReason;
}

/** What activation comes to. */
export type ActivationOutcome<Target> = IsoDepActivation<Target> | IsoDepActivationFailure;

const LARGEST_FSDI = 8;

/** The activation frame waiting time is 65536 cycles, 4.8 ms; cards in the field take longer over an ATS. */
const ACTIVATION_WAIT_US = 30_000;

/** A card that has answered RATS does not answer another, so a spoilt ATS is asked for again after a reselection. */
const ATTEMPTS = 3;

/** Joins what the card takes and what the front end can send. */
function limited(parameters: IsoDepParameters, { maxTransmitBytes }: ActivationOptions): IsoDepParameters {
  return maxTransmitBytes === undefined
    ? parameters
    : { ...parameters, fscBytes: Math.min(parameters.fscBytes, maxTransmitBytes + 2) };
}

/** The link with a card that is activated already, block number 0. @throws FormatError for an ATS that is none. */
export function linkOfAts(ats: Uint8Array, options: ActivationOptions = {}): IsoDepLink {
  return new IsoDepLink(limited(parametersOfAts(parseAts(ats), options), options));
}

/** The link with a card that is activated already, block number 0. @throws FormatError for no protocol info. */
export function linkOfProtocolInfo(protocolInfo: Uint8Array, options: ActivationOptions = {}): IsoDepLink {
  return new IsoDepLink(limited(parametersOfProtocolInfo(parseProtocolInfo(protocolInfo), options), options));
}

/** Sends the activation command until its answer can be read, selecting the card anew in between. */
function* activate<Target>(
  command: Uint8Array,
  timeoutUs: number,
  read: (answer: Uint8Array) => IsoDepActivation<Target>,
): RfDialogue<ActivationOutcome<Target>> {
  let reason: IsoDepFailureReason = "timeout";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0 && (yield { kind: "reselect" }).kind === "failure") return { kind: "failure", reason: "link-lost" };
    const reply = yield { kind: "frame", data: command, timeoutUs };
    if (reply.kind === "frame" && reply.lastBits === 8) {
      try {
        const activation = read(reply.data);
        const { guardTimeUs } = activation.link.parameters;
        // a field that is on stays on: this only waits
        if (guardTimeUs > 0) yield { kind: "field", on: true, delayUs: guardTimeUs };
        return activation;
      } catch (error) {
        if (!isFormatError(error)) throw error;
        reason = "protocol";
      }
    } else {
      reason = reply.kind === "failure" ? reply.reason : "protocol";
      if (reason === "link-lost" || reason === "unsupported") break;
    }
  }
  return { kind: "failure", reason };
}

/**
 * Takes a selected type A card to ISO-DEP: RATS and ATS (ISO/IEC 14443-4 section 5). For front ends whose discovery ends
 * with the SAK.
 *
 * @throws FormatError for options out of their range.
 */
export function* activateTypeA(
  target: NfcATarget,
  options: ActivationOptions = {},
): RfDialogue<ActivationOutcome<NfcATarget>> {
  const { fsdi = LARGEST_FSDI, cid = 0 } = options;
  return yield* activate(buildRats({ fsdi, cid }), ACTIVATION_WAIT_US, (ats) => ({
    kind: "activated",
    target: { ...target, ats },
    link: linkOfAts(ats, options),
  }));
}

/**
 * Takes a type B card to ISO-DEP: ATTRIB and its answer (ISO/IEC 14443-3 section 7.10).
 *
 * @throws FormatError for options out of their range, and for a target whose fields have the wrong length.
 */
export function* activateTypeB(
  target: NfcBTarget,
  options: ActivationOptions = {},
): RfDialogue<ActivationOutcome<NfcBTarget>> {
  const { fsdi = LARGEST_FSDI, cid = 0 } = options;
  const link = linkOfProtocolInfo(target.protocolInfo, options);
  const command = buildAttrib({
    pupi: target.pupi,
    fsdi,
    cid,
    protocolType: (target.protocolInfo[1] ?? 0) & 0x0f,
  });
  const timeoutUs = Math.min(Math.max(link.parameters.fwtUs, ACTIVATION_WAIT_US), LARGEST_FWT_US) + EXTRA_WAIT_US;
  return yield* activate(command, timeoutUs, (attrib) => {
    parseAttribAnswer(attrib);
    return { kind: "activated", target: { ...target, attrib }, link };
  });
}

/**
 * Asks a type A card for other bit rates, as the first exchange after its ATS (ISO/IEC 14443-4 section 5.3). The front end
 * has to change its own when this has returned true; one that cannot must not ask.
 *
 * @returns false when the card keeps silent or answers anything else: both stay at 106 kbit/s.
 */
export function* selectBitRates(pps: Pps): RfDialogue<boolean> {
  const reply = yield { kind: "frame", data: buildPps(pps), timeoutUs: ACTIVATION_WAIT_US };
  return reply.kind === "frame" && reply.lastBits === 8 && equalBytes(reply.data, buildPpsAnswer(pps.cid));
}
