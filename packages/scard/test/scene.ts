import { type SmartCardReaderStateIn } from "@cardwire/core";
import { createScardContext, type ScardContext } from "../src/index.ts";
import { fakeCard } from "./fake-card.ts";
import { type FakeReader, FakeResourceManager } from "./fake-resource-manager.ts";

/** A resource manager with one reader, a card in it, and a context. */
export interface Scene {
  readonly manager: FakeResourceManager;
  readonly reader: FakeReader;
  readonly context: ScardContext;
}

export function scene(manager = new FakeResourceManager()): Scene {
  const reader = manager.addReader("Reader");
  manager.insert(reader, fakeCard);
  return { manager, reader, context: createScardContext(manager) };
}

/** What the reader of a scene is, as a caller knows it that has looked. */
export const PRESENT: SmartCardReaderStateIn = {
  readerName: "Reader",
  currentState: { present: true },
  currentCount: 1,
};

/** Lets everything happen that can happen at once. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
