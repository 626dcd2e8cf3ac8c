import { type NdefArea, NdefError, NdefTagError, type NdefTagDriver } from "@cardwire/ndef";
import { FELICA_BLOCK_BYTES } from "./commands.ts";
import { isFelicaError } from "./felica-error.ts";
import { LITE_BLOCK } from "./lite-blocks.ts";
import {
  changedType3Attributes,
  freshType3Attributes,
  parseType3Attributes,
  type Type3Attributes,
  type Type3Change,
} from "./type3-attributes.ts";

/** What the mapping needs of a card: the services of NDEF, 000B for reading and 0009 for writing. */
export interface Type3NdefHost {
  readonly run: NdefTagDriver<Type3NdefArea>["run"];
  /** @param most how many blocks one command may ask for. */
  read(blocks: readonly number[], most: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Writes blocks one by one. */
  write(blocks: readonly number[], data: Uint8Array, signal?: AbortSignal): Promise<void>;
}

/** NDEF of a card, as far as it has been read. */
export interface Type3NdefArea extends NdefArea {
  readonly block0: Uint8Array;
  readonly attributes: Type3Attributes;
}

/** Offsets into MC, the memory configuration (FeliCa Lite user's manual, section 4.8). */
const MC_READ_WRITE = 0;
const MC_SYSTEM_OPEN = 2;
const MC_NDEF = 3;
const OPEN = 0xff;
/** The bit of REG, which is no NDEF, in the second byte. */
const REG_BIT = 0x40;
/** S_PAD0 holds the attributes; of the others 13 can hold data. */
const LITE_DATA_BLOCKS = 13;
/** What Lite and Lite-S take in one command. */
const LITE_COMMANDS = { blocksPerRead: 4, blocksPerWrite: 1 } as const;

/** NDEF on Type 3 tags (NFC Forum Type 3 Tag specification 1.0). */
export function type3NdefDriver(host: Type3NdefHost): NdefTagDriver<Type3NdefArea> {
  return {
    type: 3,
    run: (work, signal) => host.run(work, signal),

    async open(signal) {
      const block0 = await readOne(host, 0, signal);
      const attributes = block0 && parseType3Attributes(block0);
      if (block0 === undefined || attributes === undefined) return undefined;
      const { messageBytes, maxBlocks, isBeingWritten, isWritable, majorVersion, minorVersion } = attributes;
      const capacityBytes = maxBlocks * FELICA_BLOCK_BYTES;
      if (messageBytes > capacityBytes && !isBeingWritten)
        throw new NdefError("TOO_LONG", `${messageBytes} bytes, ${capacityBytes} fit`, { field: "Ln" });
      const count = isBeingWritten ? 0 : Math.ceil(messageBytes / FELICA_BLOCK_BYTES);
      const most = Math.max(1, attributes.blocksPerRead);
      const data = count === 0 ? new Uint8Array(0) : await host.read(dataBlocks(count), most, signal);
      return {
        block0,
        attributes,
        version: `${majorVersion}.${minorVersion}`,
        message: data.slice(0, isBeingWritten ? 0 : messageBytes),
        isInterrupted: isBeingWritten,
        capacityBytes,
        readAccess: "open",
        writeAccess: isWritable ? "open" : "read-only",
      };
    },

    // section 7.4.3: the flag first, the data, then length and flag together
    async write({ block0, attributes }, message, signal) {
      if (!attributes.isBeingWritten) await change(host, block0, { isBeingWritten: true }, signal);
      const count = Math.ceil(message.length / FELICA_BLOCK_BYTES);
      if (count > 0) {
        const data = new Uint8Array(count * FELICA_BLOCK_BYTES);
        data.set(message);
        await host.write(dataBlocks(count), data, signal);
      }
      await change(host, block0, { isBeingWritten: false, messageBytes: message.length }, signal);
    },

    async format(signal) {
      const configuration = await readOne(host, LITE_BLOCK.MC, signal);
      if (configuration === undefined)
        throw new NdefTagError(
          "NOT_FORMATTABLE",
          "only its issuer can give a FeliCa Standard an NDEF system; FeliCa Lite and Lite-S can be formatted",
        );
      if (configuration[MC_NDEF] !== 1) {
        if (configuration[MC_SYSTEM_OPEN] !== OPEN)
          throw new NdefTagError(
            "NOT_FORMATTABLE",
            "the card's system blocks are closed, and NDEF is switched off there",
          );
        const changed = configuration.slice();
        changed[MC_NDEF] = 1;
        await host.write([LITE_BLOCK.MC], changed, signal);
      }
      const maxBlocks = writableDataBlocks(configuration);
      if (maxBlocks < 0) throw new NdefTagError("NOT_FORMATTABLE", "the card's first block cannot be written any more");
      await host.write([0], freshType3Attributes({ ...LITE_COMMANDS, maxBlocks }), signal);
    },

    async makeReadOnly({ block0, attributes }, signal) {
      if (attributes.isWritable) await change(host, block0, { isWritable: false }, signal);
      // a card that has no such block, or has it closed, has no lock that is for us
      const configuration = await readOne(host, LITE_BLOCK.MC, signal);
      if (configuration?.[MC_SYSTEM_OPEN] !== OPEN) return;
      const locked = configuration.slice();
      locked[MC_READ_WRITE] = 0;
      locked[MC_READ_WRITE + 1] = (locked[MC_READ_WRITE + 1] ?? 0) & REG_BIT;
      locked[MC_SYSTEM_OPEN] = 0;
      await host.write([LITE_BLOCK.MC], locked, signal);
    },
  };
}

/** NDEF data begin with block 1. */
function dataBlocks(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** `undefined` of a card that does not have the block, or wants a key for it. */
async function readOne(host: Type3NdefHost, block: number, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await host.read([block], 1, signal);
  } catch (error) {
    if (isFelicaError(error, "CARD_STATUS")) return undefined;
    throw error;
  }
}

function change(host: Type3NdefHost, block0: Uint8Array, change: Type3Change, signal?: AbortSignal): Promise<void> {
  return host.write([0], changedType3Attributes(block0, change), signal);
}

/** How many blocks behind block 0 can be written without a gap; -1 when not even that one can. */
function writableDataBlocks(configuration: Uint8Array): number {
  const bits = (configuration[MC_READ_WRITE] ?? 0) | ((configuration[MC_READ_WRITE + 1] ?? 0) << 8);
  let blocks = -1;
  while (blocks < LITE_DATA_BLOCKS && ((bits >> (blocks + 1)) & 1) === 1) blocks++;
  return blocks;
}
