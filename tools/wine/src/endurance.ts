import type { SmartCardContext } from "@cardwire/core";
import { handleCount } from "./process-facts.ts";

const ROUNDS = 100;
const TRANSMITS = 100;
/** What a process has open that has done everything once. */
const WARM_UP_ROUNDS = 10;
/** Threads of Node's and Wine's pools come and go. */
const HANDLE_SLACK = 8;
const GET_UID = Uint8Array.of(0xff, 0xca, 0, 0, 0);

/** The hands that lay a card down and take it away. */
export interface EnduranceHands {
  insert(): Promise<unknown>;
  remove(): Promise<unknown>;
}

/**
 * 10,000 transmits in a hundred taps: each tap and each pull is told once and in order, every command is answered, and no
 * handle is left.
 */
export async function endure(context: SmartCardContext, readerName: string, hands: EnduranceHands): Promise<void> {
  const watch = context.watch()[Symbol.asyncIterator]();
  const expectEvent = async (type: string): Promise<void> => {
    const result = await watch.next();
    const told = result.done === true ? "nothing" : result.value.type;
    if (told !== type) throw new Error(`${told} was told instead of ${type}`);
  };
  await expectEvent("reader-attached");
  let handles = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round === WARM_UP_ROUNDS) handles = handleCount();
    await hands.insert();
    await expectEvent("card-inserted");
    const { connection } = await context.connect(readerName, "shared", { preferredProtocols: ["t1"] });
    for (let index = 0; index < TRANSMITS; index++) {
      const { length } = await connection.transmit(GET_UID);
      if (length < 6) throw new Error(`a response of ${length} bytes`);
    }
    await connection.disconnect("leave");
    await hands.remove();
    await expectEvent("card-removed");
  }
  const left = handleCount() - handles;
  console.log(`${ROUNDS * TRANSMITS} transmits, ${ROUNDS} taps and pulls: ${left} handles more than after ten of them`);
  if (left > HANDLE_SLACK) throw new Error(`${left} handles are left`);
  await watch.return?.();
}
