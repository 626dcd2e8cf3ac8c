import { ccidCommand } from "../messages/commands.ts";
import type { CcidResponse, IccStatus } from "../messages/response-message.ts";
import { CcidReaderError } from "./reader-error.ts";
import { commandError, hasFailed, type SlotLink } from "./slot-link.ts";
import { ESCAPE_TIMEOUT_MS, POWER_ON_TIMEOUT_MS, READER_TIMEOUT_MS } from "./time-limits.ts";

/** bError of readers of Gemalto and Cherry in EMV mode, which refuse cards that are not of EMV. */
const EMV_MODE_ERROR = 0xbb;

/**
 * Powers a card on, or resets it, and gives its answer to reset. The voltages are tried in the plan's order.
 *
 * @param before what is known of the card: one that was active already may need to be powered off first.
 * @throws CcidReaderError NO_CARD, CARD_MUTE, COMMAND_FAILED, and what the channel rejects with.
 */
export async function powerOn(link: SlotLink, before: IccStatus): Promise<Uint8Array> {
  const { plan } = link;
  if (plan.powerOffBeforeOn) await powerOff(link);
  let response = await tryVoltages(link);
  if (hasFailed(response) && response.error === EMV_MODE_ERROR && plan.leaveEmvMode !== undefined) {
    await link.ask(ccidCommand.escape(Uint8Array.from(plan.leaveEmvMode)), ESCAPE_TIMEOUT_MS);
    response = await tryVoltages(link);
  }
  if (hasFailed(response) && response.iccStatus !== "absent" && before === "active") {
    await powerOff(link);
    response = await tryVoltages(link);
  }
  if (hasFailed(response)) throw commandError(ccidCommand.iccPowerOn(0), response);
  // the ACR122U makes up an answer to reset where there is no card
  if (response.iccStatus === "absent") throw new CcidReaderError("NO_CARD", "there is no card in the slot");
  if (response.data.length === 0) throw new CcidReaderError("CARD_MUTE", "the card gives no answer to reset");
  return new Uint8Array(response.data);
}

async function tryVoltages(link: SlotLink): Promise<CcidResponse> {
  const [first, ...others] = link.plan.voltages;
  let response = await link.ask(ccidCommand.iccPowerOn(first), POWER_ON_TIMEOUT_MS);
  for (const voltage of others) {
    if (!hasFailed(response) || response.iccStatus === "absent") break;
    response = await link.ask(ccidCommand.iccPowerOn(voltage), POWER_ON_TIMEOUT_MS);
  }
  return response;
}

/** Powers the card off. A reader that refuses it has nothing to power off. */
export async function powerOff(link: SlotLink): Promise<void> {
  await link.ask(ccidCommand.iccPowerOff(), READER_TIMEOUT_MS);
}
