import { type ContractHarness, registerContract } from "@cardwire/core/testing";
import { describe, it } from "vitest";
import { ATR, fakeCard, GET_UID, LARGE, LARGE_ANSWER, SLOW, UID_ANSWER } from "../test/fake-card.ts";
import { DAEMON_KINDS, FakePcscd } from "../test/fake-pcscd.ts";
import { createPcscliteContext } from "./index.ts";

const TAG = 0x0001_0100;
const CONTROL = 0x4200_0001;

async function createHarness(): Promise<ContractHarness> {
  const daemon = new FakePcscd(DAEMON_KINDS.find(({ name }) => name === "2.5.1")!);
  const reader = daemon.addReader("Reader");
  reader.attributes.set(TAG, Uint8Array.of(1, 2, 3));
  reader.controls.set(CONTROL, (data) => Uint8Array.of(0xaa, ...data));
  await daemon.start();
  const act =
    (action: () => void): (() => Promise<void>) =>
    () => {
      action();
      return Promise.resolve();
    };
  let others = 0;
  return {
    readerName: "Reader",
    card: {
      answerToReset: ATR,
      protocol: "t1",
      refusedProtocol: "t0",
      exchanges: [
        { command: GET_UID, response: UID_ANSWER },
        { command: Uint8Array.of(0, 1, 2, 3), response: Uint8Array.of(0, 1, 2, 3, 0x90, 0) },
      ],
      large: { command: LARGE, response: LARGE_ANSWER },
      slow: { command: SLOW, response: UID_ANSWER },
    },
    createContext: () => Promise.resolve(createPcscliteContext({ socketPath: daemon.socketPath })),
    insertCard: act(() => {
      daemon.insert(reader, fakeCard);
    }),
    removeCard: act(() => {
      daemon.remove(reader);
    }),
    swapCard: act(() => {
      daemon.remove(reader);
      daemon.insert(reader, fakeCard);
    }),
    insertMuteCard: act(() => {
      daemon.insert(reader, { ...fakeCard, mute: true });
    }),
    attachReader: () => Promise.resolve(daemon.addReader(`Reader ${++others}`).name),
    detachReader: act(() => {
      daemon.removeReader(daemon.readers.find(({ name }) => name === `Reader ${others}`)!);
    }),
    attribute: { tag: TAG, value: Uint8Array.of(1, 2, 3), unsupportedTag: 7 },
    writableAttribute: { tag: TAG, value: Uint8Array.of(4) },
    control: {
      code: CONTROL,
      data: Uint8Array.of(1),
      response: Uint8Array.of(0xaa, 1),
      unsupportedCode: 5,
    },
    stopService: () => daemon.stop(),
    startService: () => daemon.start(),
    close: () => daemon.dispose(),
  };
}

describe("the contract of transports", () => {
  registerContract(it, createHarness);
});
