import { NdefError } from "../wire/errors.ts";
import { TlvTag } from "./blocks.ts";
import { AreaCursor, type TlvArea } from "./cursor.ts";
import type { NdefLocation } from "./locate.ts";

/** How a tag's memory is written. */
export interface PlanNdefWriteOptions {
  /** The smallest piece that is written as a whole: 1 (Type 1 static), 4 (Type 2), 8, 16 (MIFARE Classic) bytes. */
  readonly unitBytes: number;
}

/**
 * Plans how a message is put into an area so that a tag torn away in between is left empty, or with the whole message:
 * length zeroed first, written last.
 *
 * @param message the encoded message; no bytes make the tag empty.
 * @returns what the memory looks like after each step, one image a step. Writing a step means writing the units that
 * differ from the image before it, in any order. Steps that change nothing are left out.
 * @throws NdefError TOO_LONG when the message does not fit, TOO_SHORT when `memory` does not reach to its end.
 */
export function planNdefWrite(
  area: TlvArea,
  location: NdefLocation,
  message: Uint8Array,
  { unitBytes }: PlanNdefWriteOptions,
): readonly Uint8Array[] {
  if (message.length > location.capacityBytes)
    throw new NdefError("TOO_LONG", `${message.length} bytes, ${location.capacityBytes} fit`, {
      field: "NDEF message",
    });
  const cursor = new AreaCursor({ ...area, start: location.address, reserved: location.reserved });
  const length = message.length <= 0xfe ? [message.length] : [0xff, message.length >>> 8, message.length & 0xff];
  const tagAddress = cursor.take(1, "tag")[0] ?? 0;
  const lengthAddresses = cursor.take(length.length, "length");
  const valueAddresses = cursor.take(message.length, "value");
  const firstLength = lengthAddresses[0] ?? 0;

  const steps = new ImageSteps(area.memory);
  steps.set(firstLength, 0);
  // a new block must not come to life with what stood in its length
  if (Math.floor(tagAddress / unitBytes) !== Math.floor(firstLength / unitBytes)) steps.end();
  steps.set(tagAddress, TlvTag.ndef);
  steps.end();
  valueAddresses.forEach((address, index) => steps.set(address, message[index] ?? 0));
  if (!cursor.atEnd) steps.set(cursor.address, TlvTag.terminator);
  steps.end();
  lengthAddresses.forEach((address, index) => {
    if (index > 0) steps.set(address, length[index] ?? 0);
  });
  // the rest of a long length: on its own only where it does not go in one piece with the byte that makes it valid
  const unit = Math.floor(firstLength / unitBytes);
  if (lengthAddresses.some((address) => Math.floor(address / unitBytes) !== unit)) steps.end();
  steps.set(firstLength, length[0] ?? 0);
  steps.end();
  return steps.images;
}

class ImageSteps {
  readonly images: Uint8Array[] = [];
  readonly #image: Uint8Array;
  #changed = false;

  constructor(memory: Uint8Array) {
    this.#image = memory.slice();
  }

  set(address: number, value: number): void {
    if (address >= this.#image.length)
      throw new NdefError("TOO_SHORT", "the memory at hand ends before the message does", {
        field: "memory",
        offset: this.#image.length,
      });
    if (this.#image[address] === value) return;
    this.#image[address] = value;
    this.#changed = true;
  }

  end(): void {
    if (this.#changed) this.images.push(this.#image.slice());
    this.#changed = false;
  }
}
