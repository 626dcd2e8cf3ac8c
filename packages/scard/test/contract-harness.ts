import { type ContractHarness } from "@cardwire/core/testing";
import { expect } from "vitest";
import { ATR, fakeCard, GET_UID, LARGE, LARGE_ANSWER, SLOW, UID_ANSWER } from "./fake-card.ts";
import { createScardContext } from "../src/index.ts";
import { type FakeReader, type FakeResourceManager } from "./fake-resource-manager.ts";

const TAG = 0x0001_0100;
const CONTROL = 0x0031_2000;

/** What the contract's cases are run with, over a resource manager in memory. */
export function createHarness(manager: FakeResourceManager): ContractHarness {
  const reader = manager.addReader("Reader");
  reader.attributes.set(TAG, Uint8Array.of(1, 2, 3));
  reader.controls.set(CONTROL, (data) => Uint8Array.of(0xaa, ...data));
  const act =
    (action: () => void): (() => Promise<void>) =>
    () => {
      action();
      return Promise.resolve();
    };
  const others: FakeReader[] = [];
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
    createContext: () => Promise.resolve(createScardContext(manager)),
    insertCard: act(() => {
      manager.insert(reader, fakeCard);
    }),
    removeCard: act(() => {
      manager.remove(reader);
    }),
    swapCard: act(() => {
      manager.remove(reader);
      manager.insert(reader, fakeCard);
    }),
    insertMuteCard: act(() => {
      manager.insert(reader, { ...fakeCard, mute: true });
    }),
    attachReader: () => {
      const other = manager.addReader(`Reader ${others.length + 1}`);
      others.push(other);
      return Promise.resolve(other.name);
    },
    detachReader: act(() => {
      const last = others.pop();
      if (last !== undefined) manager.removeReader(last);
    }),
    attribute: { tag: TAG, value: Uint8Array.of(1, 2, 3), unsupportedTag: 7 },
    writableAttribute: { tag: TAG, value: Uint8Array.of(4) },
    control: { code: CONTROL, data: Uint8Array.of(1), response: Uint8Array.of(0xaa, 1), unsupportedCode: 5 },
    stopService: act(() => {
      manager.stop();
    }),
    startService: act(() => {
      manager.start();
    }),
    close: async () => {
      // whatever a case did, nothing is left behind
      await expect.poll(() => manager.pending, { interval: 1 }).toBe(0);
      expect([manager.openContexts, manager.openCards, manager.waits]).toEqual([0, 0, 0]);
    },
  };
}
