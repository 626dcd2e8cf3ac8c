import type { IoctlResult } from "@cardwire/core";
import { broken } from "./broken.ts";
import { type Card, reselect } from "./card.ts";
import type { ReaderCore } from "./reader-core.ts";
import { failed, type IoctlRequest, SUCCESS, withOutput, withStatus } from "./request.ts";

/**
 * IOCTL_SMARTCARD_POWER with COLD_RESET or WARM_RESET, which a contactless reader does not tell apart.
 *
 * @param overflow the status of an ATR that does not fit. The reset has been done all the same.
 */
export function power(reader: ReaderCore, request: IoctlRequest, overflow: number): IoctlResult | Promise<IoctlResult> {
  if (reader.behaviour.reset === "virtual") return SUCCESS;
  const { outputLength } = request;
  return reader.air.enter(() => reset(reader, outputLength, overflow), failed("CANCELLED"), request.cancellable);
}

function reset(reader: ReaderCore, outputLength: number, overflow: number): IoctlResult | Promise<IoctlResult> {
  // it may have waited for its turn
  if (!reader.isRadioOn) return failed("DEVICE_POWERED_OFF");
  const card = reader.slot.connected;
  if (card === undefined) return failed("NO_MEDIA");
  const finish = (answered: boolean): IoctlResult => {
    if (answered) return atrOutput(reader, card, outputLength, overflow);
    // the driver ignores how the reset went, and then has no ATR to give
    reader.slot.depart(card);
    return SUCCESS;
  };
  try {
    const answered = reader.air.run(reselect(card));
    return answered instanceof Promise
      ? answered.then(finish, (error: unknown) => broken(reader, card, error))
      : finish(answered);
  } catch (error) {
    return broken(reader, card, error);
  }
}

function atrOutput(reader: ReaderCore, card: Card, outputLength: number, overflow: number): IoctlResult {
  const atr = card.session?.atr;
  if (reader.behaviour.resetOutput === "none" || outputLength === 0 || atr === undefined) return SUCCESS;
  return atr.length <= outputLength ? withOutput(atr.slice()) : withStatus(overflow);
}
