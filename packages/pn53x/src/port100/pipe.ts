import { type BulkDevice, createBulkLink } from "../pipe/bulk-link.ts";
import { createFramePipe } from "../pipe/frame-pipe.ts";
import type { Pn53xPipe } from "../pipe/pipe.ts";
import type { UsbPipeOptions } from "../pipe/usb-pipe.ts";
import { PORT100_FRAMES } from "./frame.ts";

/** USB identifiers of readers with a Port-100: vendor and product, and their name. */
export const PORT100_READERS: readonly {
  readonly vendorId: number;
  readonly productId: number;
  readonly name: string;
}[] = [
  { vendorId: 0x054c, productId: 0x06c1, name: "Sony RC-S380/S" },
  { vendorId: 0x054c, productId: 0x06c3, name: "Sony RC-S380/P" },
];

/** Of a device that does not show its descriptors: endpoints 1 in and 2 out, as other programs for it use without asking. */
const ENDPOINTS = { endpointIn: 1, endpointOut: 2 } as const;

/**
 * Opens a pipe to an RC-S380 whose interface has been claimed; its endpoints are those that the device's descriptors
 * have. What the chip was doing is ended first: an ACK resets it.
 */
export async function openPort100Pipe(
  device: BulkDevice,
  options: Omit<UsbPipeOptions, "form"> = {},
): Promise<Pn53xPipe> {
  const link = createBulkLink(device, options, ENDPOINTS);
  const pipe = createFramePipe(link, { name: "RC-S380", ...options, form: PORT100_FRAMES });
  try {
    await pipe.cancel();
  } catch (error) {
    await pipe.close();
    throw error;
  }
  return pipe;
}
