import { type BulkDevice, type BulkLinkOptions, createBulkLink } from "./bulk-link.ts";
import { createFramePipe, type FramePipeOptions } from "./frame-pipe.ts";
import type { Pn53xPipe } from "./pipe.ts";

/** How a PN533 is spoken to by USB. */
export type UsbPipeOptions = BulkLinkOptions & FramePipeOptions;

/** USB identifiers of readers that speak plain frames: vendor and product, and their name. */
export const USB_FRAME_READERS: readonly {
  readonly vendorId: number;
  readonly productId: number;
  readonly name: string;
}[] = [
  { vendorId: 0x04cc, productId: 0x2533, name: "NXP PN533" },
  { vendorId: 0x04e6, productId: 0x5591, name: "SCM SCL3711" },
  { vendorId: 0x04e6, productId: 0x5594, name: "SCM SCL3712" },
  { vendorId: 0x1fd3, productId: 0x0608, name: "ASK LoGO" },
];

/**
 * Opens a pipe to a PN533 whose interface has been claimed: SCL3711, PN533 boards. What the chip was doing is ended
 * first, so that nothing of a former program is taken for an answer.
 */
export async function openUsbPipe(device: BulkDevice, options: UsbPipeOptions = {}): Promise<Pn53xPipe> {
  const pipe = createFramePipe(createBulkLink(device, options), { name: "USB", ...options });
  try {
    await pipe.cancel();
  } catch (error) {
    await pipe.close();
    throw error;
  }
  return pipe;
}
