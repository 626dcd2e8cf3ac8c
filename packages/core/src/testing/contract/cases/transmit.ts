import { check, later, pause, rejectsWithOther, rejectsWithReason, same } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";

/** transmit */
export const transmitCases: readonly ContractCase[] = [
  contractCase("transmit gives the card's response", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    for (let index = 0; index < scene.card.exchanges.length; index++) await scene.transmit(connection, index);
  }),

  contractCase("transmit takes bytes in every form", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    const { command, response } = scene.exchange();
    const room = new Uint8Array(command.length + 7);
    room.set(command, 3);
    const { buffer } = room;
    const forms = [
      command,
      Uint8Array.from(command).buffer,
      new Uint8Array(buffer, 3, command.length),
      new DataView(buffer, 3, command.length),
    ];
    for (const form of forms)
      same(await connection.transmit(form), response, `the response to a ${Object.prototype.toString.call(form)}`);
  }),

  contractCase("transmit takes the bytes when it is called", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    const { command, response } = scene.exchange();
    const mine = Uint8Array.from(command);
    const first = later(connection.transmit(mine));
    const second = later(connection.transmit(mine));
    mine.fill(0xee);
    same(await first, response, "the first response");
    same(await second, response, "the second response, which waited");
  }),

  contractCase("transmit gives bytes that are the caller's own", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    const { command, response } = scene.exchange();
    const first = await connection.transmit(command);
    same(Object.getPrototypeOf(first) === Uint8Array.prototype, true, "a plain Uint8Array");
    same(first.buffer.byteLength, response.length, "the length of its buffer");
    const copy = Uint8Array.from(first);
    const other = await connection.transmit(scene.exchange(1).command);
    same(first, copy, "the first response after a second");
    other.fill(0);
    same(await connection.transmit(command), response, "a response after another was scribbled on");
  }),

  contractCase("transmits that overlap are answered in order, each with its own response", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    const order: number[] = [];
    const answers = Array.from({ length: 24 }, async (_, index) => {
      const { command, response } = scene.exchange(index);
      same(await connection.transmit(command), response, `response ${index}`);
      order.push(index);
    });
    await Promise.all(answers);
    same(order, [...answers.keys()], "the order of the answers");
  }),

  contractCase("transmits of two connections do not cross", [], async (scene) => {
    await scene.insertCard();
    const connections = [await scene.connect(), await scene.connect("shared", await scene.createContextOrSame())];
    await Promise.all(
      connections.flatMap((connection, which) =>
        Array.from({ length: 12 }, (_, index) => scene.transmit(connection, index + which)),
      ),
    );
  }),

  contractCase("transmit takes the active protocol by name", [], async (scene) => {
    await scene.insertCard();
    const { command, response } = scene.exchange();
    const connection = await scene.connect();
    same(await connection.transmit(command, { protocol: scene.card.protocol }), response, "the response");
  }),

  contractCase("transmit gives the longest responses whole", ["large-responses"], async (scene) => {
    await scene.insertCard();
    const { large } = scene.card;
    check(large !== undefined, "the harness's card has no large exchange");
    check(large.response.length >= 65_000, "the harness's large response is no large one");
    const connection = await scene.connect();
    same(await connection.transmit(large.command), large.response, "the response");
    await scene.transmit(connection);
  }),

  contractCase("transmit with an aborted signal rejects with its reason", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    const reason = new Error("the caller's own reason");
    const aborted = connection.transmit(scene.exchange().command, { signal: AbortSignal.abort(reason) });
    await rejectsWithReason(aborted, reason, "an aborted signal");
    await scene.transmit(connection);
  }),

  contractCase("a transmit that is given up leaves no answer to the next", ["slow-exchange"], async (scene) => {
    await scene.insertCard();
    const { slow } = scene.card;
    check(slow !== undefined, "the harness's card has no slow exchange");
    const connection = await scene.connect();
    const aborter = new AbortController();
    const reason = new Error("the caller's own reason");
    const running = later(connection.transmit(slow.command, { signal: aborter.signal }));
    const waiting = later(connection.transmit(scene.exchange().command, { signal: aborter.signal }));
    await pause(5);
    aborter.abort(reason);
    await rejectsWithReason(running, reason, "a transmit under way");
    await rejectsWithReason(waiting, reason, "a transmit that waits");
    await scene.transmit(connection, 1);
    same(await connection.transmit(slow.command), slow.response, "the slow response");
  }),

  contractCase("transmit after disconnect is an InvalidStateError", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    await connection.disconnect();
    const { command } = scene.exchange();
    await rejectsWithOther(connection.transmit(command), "InvalidStateError", "transmit after disconnect");
    await rejectsWithOther(connection.status(), "InvalidStateError", "status after disconnect");
    const transaction = connection.startTransaction(() => Promise.resolve());
    await rejectsWithOther(transaction, "InvalidStateError", "startTransaction after disconnect");
  }),
];
