import { type ContractHarness } from "@cardwire/core/testing";
import { functionCardContract } from "@cardwire-tools/pcscd/function-card";
import { SUPPRESS_IFS, VENDOR_NAME, VENDOR_SERIAL, vendorName } from "./pcscd-facts.ts";
import type { PcscdMachine, PcscdOrder } from "./pcscd-machine.ts";
import { createWindowsContext } from "@cardwire/transport-windows";

const SLOW_HAND_MS = 100;

/** The contract's harness over winscard.dll, with the reader of a pcscd on the other side of Wine. */
export async function createWinscardHarness(
  machine: PcscdMachine,
  controlCode: (number: number) => number,
): Promise<ContractHarness> {
  const readerName = await machine.order("settle");
  const act = (verb: PcscdOrder["verb"]) => async (): Promise<void> => {
    await machine.order(verb);
  };
  return {
    readerName,
    card: functionCardContract,
    attribute: { tag: VENDOR_NAME, value: vendorName, unsupportedTag: VENDOR_SERIAL },
    writableAttribute: { tag: SUPPRESS_IFS, value: Uint8Array.of(1, 0, 0, 0) },
    control: {
      code: controlCode(1),
      data: Uint8Array.of(1, 2, 3),
      response: Uint8Array.of(0x5a, 1, 2, 3),
      unsupportedCode: controlCode(2),
    },
    createContext: () => Promise.resolve(createWindowsContext()),
    insertCard: act("insert"),
    removeCard: act("remove"),
    swapCard: act("swap"),
    insertMuteCard: act("mute"),
    attachReader: () => machine.order("attach"),
    detachReader: async () => {
      // a wait that has just begun must have seen the reader: the call is on its way on another thread
      await new Promise((resolve) => setTimeout(resolve, SLOW_HAND_MS));
      await machine.order("detach");
    },
    stopService: act("stop"),
    startService: act("start"),
    close: act("settle"),
  };
}
