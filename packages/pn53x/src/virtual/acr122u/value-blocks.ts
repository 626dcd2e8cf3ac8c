/** MIFARE commands of value blocks, as InDataExchange takes them. */
const COMMAND = { READ: 0x30, WRITE: 0xa0, DECREMENT: 0xc0, INCREMENT: 0xc1, RESTORE: 0xc2, TRANSFER: 0xb0 } as const;

/** VB_OP of `FF D7` (ACR122U API section 5.5). */
const OPERATION = { STORE: 0x00, INCREMENT: 0x01, DECREMENT: 0x02, COPY: 0x03 } as const;

/** Sends data to the card. Gives its answer; `undefined` when it refused. */
export type CardExchange = (data: Uint8Array) => Promise<Uint8Array | undefined>;

/** A value is told most significant byte first, and kept least significant byte first. */
function turned(value: Uint8Array): readonly number[] {
  return [...value].reverse();
}

function valueBlock(value: Uint8Array, block: number): readonly number[] {
  const bytes = turned(value);
  const inverted = bytes.map((byte) => byte ^ 0xff);
  return [...bytes, ...inverted, ...bytes, block, block ^ 0xff, block, block ^ 0xff];
}

/** `FF D7 00 block Lc`: true when the card has done it. */
export async function operateOnValue(exchange: CardExchange, block: number, data: Uint8Array): Promise<boolean> {
  const [operation, target = 0] = data;
  const value = data.subarray(1);
  const both = async (command: number, operand: readonly number[], to: number): Promise<boolean> =>
    (await exchange(Uint8Array.of(command, block, ...operand))) !== undefined &&
    (await exchange(Uint8Array.of(COMMAND.TRANSFER, to))) !== undefined;
  if (operation === OPERATION.COPY) return data.length === 2 && both(COMMAND.RESTORE, [0, 0, 0, 0], target);
  if (value.length !== 4) return false;
  switch (operation) {
    case OPERATION.STORE:
      return (await exchange(Uint8Array.of(COMMAND.WRITE, block, ...valueBlock(value, block)))) !== undefined;
    case OPERATION.INCREMENT:
      return both(COMMAND.INCREMENT, turned(value), block);
    case OPERATION.DECREMENT:
      return both(COMMAND.DECREMENT, turned(value), block);
    default:
      return false;
  }
}

/** `FF B1 00 block 04`: the value; `undefined` when the block holds none, or the card refuses. */
export async function readValue(exchange: CardExchange, block: number): Promise<Uint8Array | undefined> {
  const data = await exchange(Uint8Array.of(COMMAND.READ, block));
  if (data?.length !== 16) return undefined;
  const isValue = [0, 1, 2, 3].every(
    (index) => data[index] === data[index + 8] && ((data[index] ?? 0) ^ (data[index + 4] ?? 0)) === 0xff,
  );
  return isValue ? Uint8Array.from(turned(data.subarray(0, 4))) : undefined;
}
