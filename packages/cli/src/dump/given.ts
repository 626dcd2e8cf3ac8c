import { isCardwireError, isSmartCardError } from "@cardwire/core";

/** What a tag does not give, or a reader does not carry, is `undefined`; a card that is gone ends the work. */
export async function ifGiven<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!isCardwireError(error) || isSmartCardError(error)) throw error;
    return undefined;
  }
}
