import type { SmartCardResponseCode } from "../../../smart-card-error.ts";
import type { SmartCardConnection } from "../../../smart-card.ts";
import { check, rejectsWith, same } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";
import type { Scene } from "../scene.ts";

/** Every call of a stale connection rejects with the same code, but disconnect, which has nothing left to do. */
async function expectStale(
  scene: Scene,
  connection: SmartCardConnection,
  codes: readonly SmartCardResponseCode[],
): Promise<void> {
  const { command } = scene.exchange();
  const { responseCode } = await rejectsWith(connection.transmit(command), codes, "transmit");
  await rejectsWith(connection.transmit(command), responseCode, "a second transmit");
  await rejectsWith(connection.status(), responseCode, "status");
  let called = false;
  const transaction = connection.startTransaction(() => {
    called = true;
    return Promise.resolve();
  });
  await rejectsWith(transaction, responseCode, "startTransaction");
  check(!called, "the transaction's callback was called on a stale connection");
  await connection.disconnect();
}

/** Connections whose card is gone, or is no longer as it was. */
export const staleCases: readonly ContractCase[] = [
  contractCase("a connection is stale when its card is taken away", ["insert-remove"], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    await scene.transmit(connection);
    await scene.removeCard();
    await expectStale(scene, connection, ["removed-card"]);
  }),

  contractCase("a connection stays stale when the card comes back", ["insert-remove"], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    await scene.removeCard();
    await scene.insertCard();
    await expectStale(scene, connection, ["removed-card", "reset-card"]);
    await scene.transmit(await scene.connect());
  }),

  contractCase("the error of a stale connection names its reader", ["insert-remove"], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    await scene.removeCard();
    const error = await rejectsWith(connection.transmit(scene.exchange().command), "removed-card", "transmit");
    same(error.readerName, scene.readerName, "readerName");
    same(error.rawCode, 0x8010_0069, "rawCode");
    same(error.symbol, "SCARD_W_REMOVED_CARD", "symbol");
  }),

  contractCase("a connection is stale when another resets the card", ["reset"], async (scene) => {
    await scene.insertCard();
    const one = await scene.connect();
    const two = await scene.connect();
    await scene.transmit(one);
    await two.disconnect("reset");
    await expectStale(scene, one, ["reset-card"]);
    await scene.transmit(await scene.connect());
  }),

  contractCase("a connection is stale when its reader is detached", ["attach-detach"], async (scene) => {
    const context = await scene.context();
    const other = await scene.attachReader();
    await scene.listed(other, true);
    await context.connect(other, "shared").then(
      async ({ connection }) => {
        await scene.act("detachReader");
        await scene.listed(other, false);
        const gone = connection.transmit(scene.exchange().command);
        await rejectsWith(gone, ["reader-unavailable", "removed-card", "unknown-reader"], "transmit");
        await connection.disconnect();
      },
      async () => {
        // an empty reader: then it is the connect that finds no reader
        await scene.act("detachReader");
        await scene.listed(other, false);
        await rejectsWith(context.connect(other, "shared"), ["unknown-reader", "reader-unavailable"], "connect");
      },
    );
  }),
];
