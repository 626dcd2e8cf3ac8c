import { type ConformanceProfile, fromHex, type RfTarget, toHex } from "@cardwire/core";
import {
  type AfterFailure,
  documentedGetData,
  type GetDataRule,
  StorageCard,
  type StorageCardOptions,
} from "../src/index.ts";
import { type ScriptedExchange as Exchange, playScript as play } from "@cardwire/core/testing";

export const nfccxGetData: GetDataRule = { historicalBytes: "by-le", shortLe: "uid-6CXX", refusesSmallArea: true };

export const target: RfTarget = { technology: "nfc-a", uid: fromHex("04D149D29C3980"), atqa: fromHex("4400"), sak: 0 };

/** A card that puts the command data on the air and answers with what comes back. */
export function openEchoCard(
  profile: ConformanceProfile,
  changes: Partial<StorageCardOptions> & { readonly targets?: readonly RfTarget[] } = {},
): StorageCard {
  const { targets, ...options } = changes;
  return new StorageCard({
    family: "echo",
    atr: fromHex("3B8F8001804F0CA00000030603003D0000000056"),
    iccType: 5,
    uid: fromHex("04D149D29C3980"),
    target,
    context: targets === undefined ? { profile } : { profile, targets },
    commands: {
      *readBinary(command) {
        const statusWord = command.accept(yield { kind: "frame", data: command.bytes.slice(2, 5), timeoutUs: 1000 });
        if (command.failure !== undefined) yield* command.recover();
        return command.end(statusWord, command.received);
      },
      *updateBinary(command) {
        const statusWord = command.accept(
          yield { kind: "frame", data: command.copyData(0, command.lc), timeoutUs: 1000 },
        );
        return command.end(statusWord, undefined, command.received.length);
      },
      *transceive(command, data, timeoutUs) {
        const statusWord = command.accept(yield { kind: "frame", data, timeoutUs }, 255);
        if (command.failure !== undefined) yield* command.recover();
        return statusWord;
      },
    },
    getData: profile === "nfccx" ? nfccxGetData : documentedGetData,
    afterFailure: (profile === "nfccx" ? "end-presence" : "reselect-or-end-presence") satisfies AfterFailure,
    frameTimeoutUs: 25_000,
    *checkPresence() {
      return true;
    },
    ...options,
  });
}

/** Sends an APDU and gives what comes back in hexadecimal, or the NTSTATUS. */
export function transmit(card: StorageCard, apdu: string, script: readonly Exchange[] = [], area = 65_538): string {
  const outcome = play(card.transmit(fromHex(apdu), area), script);
  return outcome.status === 0 ? toHex(outcome.response) : `status ${outcome.status.toString(16).toUpperCase()}`;
}
