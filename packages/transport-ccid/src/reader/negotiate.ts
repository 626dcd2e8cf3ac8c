import {
  type Atr,
  buildPps,
  checkPpsResponse,
  decodeRate,
  globalParameters,
  type Pps,
  t0Parameters,
  t1Parameters,
} from "@cardwire/atr";
import { ccidCommand } from "../messages/commands.ts";
import type { ProtocolData } from "../messages/parameters.ts";
import { negotiateIfsd } from "../protocol/t1/exchange.ts";
import { newT1Session, type T1Session } from "../protocol/t1/session.ts";
import { correctedAtr } from "./card-quirks.ts";
import { chooseRate, DEFAULT_RATE_CODE } from "./choose-rate.ts";
import { powerOff, powerOn } from "./power-on.ts";
import { CcidReaderError } from "./reader-error.ts";
import { commandError, hasFailed, type SlotLink } from "./slot-link.ts";
import { cardTimeoutMs, READER_TIMEOUT_MS } from "./time-limits.ts";
import { runT1 } from "./tpdu.ts";

/** How a card is spoken to, from its protocol's choice to its next reset. */
export interface CardLink {
  readonly protocol: 0 | 1;
  /** F and D in force, coded as in TA1. */
  readonly rateCode: number;
  readonly fi: number;
  readonly di: number;
  /** How long the answer to one XfrBlock may take. */
  readonly timeoutMs: number;
  /** T=1 where the host speaks it. */
  readonly t1: T1Session | undefined;
}

const MOST_OFFSET_ERROR = 0x7f;
/** ISO/IEC 7816-3:2006, section 11.4.2. */
const DEFAULT_IFSC = 32;

/**
 * Brings a card that has answered to reset into one of the protocols allowed: PPS, the reader's parameters and the IFSD,
 * as far as the reader does not do it by itself. In the order of libccid, so that readers get to see what they know.
 *
 * @param dataRatesBps what GET_DATA_RATES gave; empty for any.
 * @throws CcidReaderError UNSUPPORTED_CARD without a common protocol or rate, and what the commands reject with.
 */
export async function negotiate(
  link: SlotLink,
  answerToReset: Atr,
  allowed: readonly (0 | 1)[],
  dataRatesBps: readonly number[],
): Promise<CardLink> {
  const { plan } = link;
  const atr = correctedAtr(answerToReset);
  const protocols = allowed.filter((protocol) => plan.protocols.includes(protocol));
  const agreed = plan.hostSetsParameters
    ? await chooseParameters(link, atr, protocols, dataRatesBps)
    : { protocol: await chosenByReader(link, atr, protocols), rateCode: readersRate(atr) };
  const { fi = 372, di = 1 } = decodeRate(agreed.rateCode);
  const timeoutMs = cardTimeoutMs(atr, { protocol: agreed.protocol, clockKHz: plan.clockKHz, fi, di });
  const byHost = plan.level === "tpdu" || plan.level === "character";
  const t1 = agreed.protocol === 1 && byHost ? newT1Session(t1Parameters(atr)) : undefined;
  // where characters are passed on one by one, blocks stay at the size that cards take in any case
  if (t1 !== undefined && plan.level === "character") t1.ifsc = Math.min(t1.ifsc, DEFAULT_IFSC);
  const card: CardLink = { ...agreed, fi, di, timeoutMs, t1 };
  if (t1 !== undefined) {
    if (plan.hostNegotiatesIfsd) await runT1(link, negotiateIfsd(t1, plan.ifsd), timeoutMs, t1.edc);
    else if (plan.level === "tpdu") t1.ifsd = plan.ifsd;
  }
  return card;
}

interface Agreed {
  readonly protocol: 0 | 1;
  readonly rateCode: number;
}

function unsupported(message: string): CcidReaderError {
  return new CcidReaderError("UNSUPPORTED_CARD", message);
}

/** A reader that negotiates by itself takes what the card offers first, or says what it has chosen. */
async function chosenByReader(link: SlotLink, atr: Atr, protocols: readonly (0 | 1)[]): Promise<0 | 1> {
  const offered = offeredProtocols(atr);
  const { specificMode } = globalParameters(atr);
  const inForce = specificMode === undefined ? offered : offered.filter((one) => one === specificMode.protocol);
  const usable = inForce.filter((protocol) => protocols.includes(protocol));
  const byReader = link.plan.level === "short-apdu" || link.plan.level === "extended-apdu";
  const [first] = usable;
  if (first === undefined) throw unsupported("the card speaks none of the protocols asked for");
  if (byReader || inForce.length < 2) return first;
  const response = await link.ask(ccidCommand.getParameters(), READER_TIMEOUT_MS);
  if (hasFailed(response) || (response.byte9 !== 0 && response.byte9 !== 1)) return first;
  if (!usable.includes(response.byte9))
    throw unsupported(`the reader has brought the card into T=${response.byte9}, which was not asked for`);
  return response.byte9;
}

function offeredProtocols(atr: Atr): (0 | 1)[] {
  return atr.protocols.filter((protocol) => protocol === 0 || protocol === 1);
}

/** For the time limits only: a reader that chooses by itself does so from TA1. */
function readersRate(atr: Atr): number {
  return globalParameters(atr).specificMode === undefined ? DEFAULT_RATE_CODE : globalParameters(atr).rateCode;
}

async function chooseParameters(
  link: SlotLink,
  atr: Atr,
  protocols: readonly (0 | 1)[],
  dataRatesBps: readonly number[],
): Promise<Agreed> {
  const { plan } = link;
  const { specificMode } = globalParameters(atr);
  const [first] = atr.protocols;
  const offered = specificMode === undefined ? atr.protocols : [specificMode.protocol];
  const protocol = offered.filter((one) => one === 0 || one === 1).find((one) => protocols.includes(one));
  if (protocol === undefined) throw unsupported("the card speaks none of the protocols asked for");
  if (specificMode?.implicit === true) throw unsupported("the card has a data rate that it does not tell");
  const chosen = chooseRate(atr, plan, dataRatesBps);
  if (chosen === undefined) throw unsupported("the card has a fixed data rate that the reader does not reach");
  let rateCode = chosen;
  const byPps = specificMode === undefined && (protocol !== first || rateCode !== DEFAULT_RATE_CODE);
  if (byPps && plan.pps === "none") rateCode = DEFAULT_RATE_CODE;
  else if (byPps && plan.pps === "host") {
    // PPS1 is left out where it would say what holds without it
    const asked = rateCode === DEFAULT_RATE_CODE ? undefined : rateCode;
    const accepted = await exchangePps(link, atr, { protocol, rateCode: asked });
    if (accepted === undefined) {
      // only the card's first protocol at the default rate is there without a PPS
      if (protocol !== first) throw unsupported("the card does not take a protocol that it offers");
      await powerOff(link);
      await powerOn(link, "inactive");
    }
    rateCode = accepted ?? DEFAULT_RATE_CODE;
  }
  await setParameters(link, protocolData(atr, protocol, rateCode));
  return { protocol, rateCode };
}

/** F and D that the card has accepted; undefined when the exchange failed. */
async function exchangePps(link: SlotLink, atr: Atr, pps: Pps): Promise<number | undefined> {
  const request = buildPps(pps);
  const timeoutMs = cardTimeoutMs(atr, { protocol: 0, clockKHz: link.plan.clockKHz, fi: 372, di: 1 });
  const expected = link.plan.level === "character" ? request.length : 0;
  const response = await link.ask(ccidCommand.xfrBlock(request, 0, expected), timeoutMs);
  if (hasFailed(response)) return undefined;
  const outcome = checkPpsResponse(pps, response.data);
  return outcome.accepted ? outcome.rateCode : undefined;
}

function protocolData(atr: Atr, protocol: 0 | 1, rateCode: number): ProtocolData {
  const { extraGuardTime } = globalParameters(atr);
  const common = { rateCode, convention: atr.convention, extraGuardTime, clockStop: 0 };
  if (protocol === 0) return { protocol, ...common, waitingTimeInteger: t0Parameters(atr).waitingTimeInteger };
  const { bwi, cwi, edc, ifsc } = t1Parameters(atr);
  return { protocol, ...common, bwi, cwi, edc, ifsc, nad: 0 };
}

async function setParameters(link: SlotLink, data: ProtocolData): Promise<void> {
  const command = ccidCommand.setParameters(data);
  const response = await link.ask(command, READER_TIMEOUT_MS);
  // the offset of a byte, or "not supported": the reader has it fixed, and right
  if (!hasFailed(response) || response.error <= MOST_OFFSET_ERROR) return;
  if (!link.plan.setParametersMayFail) throw commandError(command, response);
  await powerOn(link, "active");
  await powerOn(link, "active");
}
