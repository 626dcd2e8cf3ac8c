import { FELICA_BLOCK_BYTES } from "./commands.ts";

/** Status flags 1 and 2 of a response (FeliCa card user's manual, section 4.5). */
export type StatusFlags = readonly [flag1: number, flag2: number];

/** Second status flags. */
export const STATUS = {
  SERVICE_COUNT: 0xa1,
  BLOCK_COUNT: 0xa2,
  SERVICE_INDEX: 0xa3,
  READ_ONLY: 0xa5,
  SERVICE_CODE: 0xa6,
  ACCESS_MODE: 0xa7,
  BLOCK_NUMBER: 0xa8,
  AUTHENTICATION_REQUIRED: 0xb1,
  MAC: 0xb2,
} as const;

/** An element of a block list. */
export interface BlockElement {
  readonly service: number;
  readonly accessMode: number;
  readonly block: number;
}

/** The parameters of a read or write command. */
export interface AccessRequest {
  readonly services: readonly number[];
  readonly elements: readonly BlockElement[];
  /** What is to be written, empty for a read. */
  readonly data: Uint8Array;
}

/** The first flag of an error in an element: its number as a bit. */
export function flagOfElement(index: number): number {
  return 1 << (index & 7);
}

/** Takes the parameters apart: services, block list, data. Status flags for a list that is wrong, silence for one cut short. */
export function parseAccess(
  rest: Uint8Array,
  mostServices: number,
  mostBlocks: number,
): AccessRequest | StatusFlags | undefined {
  let at = 0;
  const count = rest[at++];
  if (count === undefined) return undefined;
  if (count < 1 || count > mostServices) return [0xff, STATUS.SERVICE_COUNT];
  const services: number[] = [];
  for (let index = 0; index < count; index++, at += 2) services.push((rest[at] ?? 0) | ((rest[at + 1] ?? 0) << 8));
  const blocks = rest[at++];
  if (blocks === undefined) return undefined;
  if (blocks < 1 || blocks > mostBlocks) return [0xff, STATUS.BLOCK_COUNT];
  const elements: BlockElement[] = [];
  for (let index = 0; index < blocks; index++) {
    const head = rest[at];
    const short = head !== undefined && (head & 0x80) !== 0;
    const last = rest[at + (short ? 1 : 2)];
    if (head === undefined || last === undefined) return undefined;
    elements.push({
      service: head & 0x0f,
      accessMode: (head >> 4) & 7,
      block: short ? last : (rest[at + 1] ?? 0) | (last << 8),
    });
    at += short ? 2 : 3;
  }
  for (const [index, { service }] of elements.entries())
    if (service >= count) return [flagOfElement(index), STATUS.SERVICE_INDEX];
  return { services, elements, data: rest.subarray(at) };
}

/** True where the data are as long as the block list wants them. */
export function fitsBlocks(request: AccessRequest): boolean {
  return request.data.length === request.elements.length * FELICA_BLOCK_BYTES;
}

export function isFlags(value: AccessRequest | StatusFlags): value is StatusFlags {
  return Array.isArray(value);
}
