/** What the errors of `usb` say, in the words of libusb and nusb. */

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The device was unplugged. */
export const isGone = (error: unknown): boolean => /NO_DEVICE|disconnected/i.test(messageOf(error));

/** nusb has given a transfer up, for its time was over. */
export const isTimeout = (error: unknown): boolean => /cancelled/i.test(messageOf(error));

/** A device does not close yet. */
export const isStillBusy = (error: unknown): boolean => /pending request|borrowed/i.test(messageOf(error));

/** nusb throws for a stall what libusb's WebUSB gives as a status. */
export const isStall = (error: unknown): boolean => /\bstall/i.test(messageOf(error));
