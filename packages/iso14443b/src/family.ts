import { buildStorageCardAtr, StorageCardName, StorageCardStandard } from "@cardwire/atr";
import {
  type CardFamily,
  type CardSession,
  concatBytes,
  equalBytes,
  type RfDialogue,
  UsageError,
} from "@cardwire/core";
import {
  type CommandDialogue,
  documentedGetData,
  refuseReadLe,
  StatusWord,
  StorageCard,
  type StorageCommand,
} from "@cardwire/storage-card";
import { TYPE_B_MEMORY_COMMAND, WRITE_TIME_US } from "./commands.ts";
import { typeBMemoryProductOf } from "./products.ts";

/** ICC_TYPE_PER_ATR of ISO/IEC 14443 type B. */
const ICC_TYPE_B = 6;
/** Block size of a card whose product is not known: of all but the SR176. */
const BLOCK_BYTES = 4;
/** A card answers within 151 µs (SRIX4K data sheet, t1); the rest is the reader's. */
const FRAME_TIMEOUT_US = 5_000;

function cardName(uid: Uint8Array): number {
  switch (typeBMemoryProductOf(uid)?.name) {
    case "SR176":
      return StorageCardName.SR176;
    case "SRI4K":
    case "SRIX4K":
      return StorageCardName.SRI_X4K;
    default:
      return StorageCardName.NO_NAME;
  }
}

function blockBytesOf(command: StorageCommand): number {
  return typeBMemoryProductOf(command.card.uid)?.blockBytes ?? BLOCK_BYTES;
}

/** Reads a block into `command.received`. A card that keeps silent and is still there does not have the block. */
function* readBlock(command: StorageCommand, block: number, blockBytes: number): RfDialogue<number> {
  const data = Uint8Array.of(TYPE_B_MEMORY_COMMAND.READ_BLOCK, block);
  const statusWord = command.accept(yield { kind: "frame", data, timeoutUs: FRAME_TIMEOUT_US });
  if (statusWord === StatusWord.OK)
    return command.received.length === blockBytes ? StatusWord.OK : StatusWord.COMMAND_INCOMPATIBLE;
  const silent = command.failure === "timeout";
  yield* command.recover();
  return silent && !command.cardLost ? StatusWord.ADDRESS_NOT_FOUND : statusWord;
}

/**
 * READ BINARY: the block P1 P2, and those after it where Le is a multiple of the block. Where a later block cannot be
 * read, what was read comes with 6282 (PC/SC part 3 section 3.2.2.1.8).
 */
function* readBinary(command: StorageCommand): CommandDialogue {
  const { le } = command;
  const first = (command.p1 << 8) | command.p2;
  if (first > 0xff) return command.end(StatusWord.ADDRESS_NOT_FOUND);
  const blockBytes = blockBytesOf(command);
  const refused = refuseReadLe(command, blockBytes);
  if (refused !== undefined) return command.end(refused);
  if (le % blockBytes !== 0) return command.end(StatusWord.WRONG_LE | ((le - (le % blockBytes)) & 0xff));
  const count = le === 0 ? 1 : le / blockBytes;
  const blocks: Uint8Array[] = [];
  for (let block = first; block < first + count; block++) {
    const statusWord = block > 0xff ? StatusWord.END_REACHED : yield* readBlock(command, block, blockBytes);
    if (statusWord !== StatusWord.OK)
      return blocks.length === 0
        ? command.end(statusWord)
        : command.end(StatusWord.END_REACHED, concatBytes(...blocks));
    blocks.push(command.received);
  }
  return command.end(StatusWord.OK, concatBytes(...blocks));
}

/**
 * UPDATE BINARY: one block. The card says nothing to a write, so the block is read afterwards: 6581 when it does not hold
 * what was written, because it is locked, one-time programmable, or a counter that only goes down.
 */
function* updateBinary(command: StorageCommand): CommandDialogue {
  const block = (command.p1 << 8) | command.p2;
  if (block > 0xff) return command.end(StatusWord.ADDRESS_NOT_FOUND);
  const blockBytes = blockBytesOf(command);
  if (command.lc !== blockBytes) return command.end(StatusWord.WRONG_LENGTH);
  const data = command.copyData(0, blockBytes);
  const frame = concatBytes(Uint8Array.of(TYPE_B_MEMORY_COMMAND.WRITE_BLOCK, block), data);
  const reply = yield { kind: "frame", data: frame, timeoutUs: WRITE_TIME_US };
  if (reply.kind === "failure" && reply.reason !== "timeout") {
    const statusWord = command.accept(reply);
    yield* command.recover();
    return command.end(statusWord);
  }
  const statusWord = yield* readBlock(command, block, blockBytes);
  if (statusWord !== StatusWord.OK) return command.end(statusWord);
  return command.end(equalBytes(command.received, data) ? StatusWord.OK : StatusWord.MEMORY_FAILURE);
}

/** One exchange for a transparent session, with the bytes as they are. */
function* transceive(command: StorageCommand, data: Uint8Array, timeoutUs: number): RfDialogue<number> {
  const statusWord = command.accept(yield { kind: "frame", data, timeoutUs });
  if (statusWord !== StatusWord.OK) yield* command.recover();
  return statusWord;
}

function* checkPresence(): RfDialogue<boolean> {
  const data = Uint8Array.of(TYPE_B_MEMORY_COMMAND.READ_BLOCK, 0);
  const reply = yield { kind: "frame", data, timeoutUs: FRAME_TIMEOUT_US };
  return reply.kind === "frame";
}

/**
 * ST's type B memory cards. Windows' driver refuses them at discovery, and its documents promise no more than their UID;
 * READ and UPDATE BINARY are after PC/SC part 3, in either profile. A reader that shall be blind to these cards, as
 * Windows is, is not given this family.
 */
export const iso14443b: CardFamily = {
  name: "iso14443b",
  accepts: ({ technology }) => technology === "nfc-b-memory",
  *activate(target, context): Generator<never, CardSession> {
    if (target.technology !== "nfc-b-memory")
      throw new UsageError(`iso14443b does not accept a target of ${target.technology}`);
    return new StorageCard({
      family: "iso14443b",
      atr: buildStorageCardAtr({ standard: StorageCardStandard.ISO14443B_3, cardName: cardName(target.uid) }),
      iccType: ICC_TYPE_B,
      uid: target.uid,
      target,
      context: { ...context, profile: "documented" },
      getData: documentedGetData,
      afterFailure: "reselect-or-end-presence",
      frameTimeoutUs: FRAME_TIMEOUT_US,
      checkPresence,
      commands: { readBinary, updateBinary, transceive },
    });
  },
};
