import { copyBytes } from "@cardwire/core";
import type { ByteLink } from "./byte-link.ts";

/** The two transfers of a WebUSB device: what `usb`, a browser's `navigator.usb` and fakes have alike. */
export interface BulkDevice {
  transferIn(
    endpointNumber: number,
    length: number,
  ): Promise<{ readonly data?: ArrayBufferView | undefined; readonly status?: string | undefined }>;
  transferOut(endpointNumber: number, data: Uint8Array<ArrayBuffer>): Promise<unknown>;
}

/** Which endpoints. */
export interface BulkLinkOptions {
  /** Endpoint numbers without the direction bit: 4 and 4 on PN533 and SCL3711. */
  readonly endpointIn?: number;
  readonly endpointOut?: number;
  /** 64 at full speed, which these chips have. */
  readonly packetBytes?: number;
  /** Releases interface and device. */
  readonly close?: () => Promise<void>;
}

/**
 * A pair of bulk endpoints of an interface that has been claimed. Reads packet by packet: a frame that fills its last
 * packet is not followed by an empty one, and a longer read would wait for ever.
 */
export function createBulkLink(device: BulkDevice, options: BulkLinkOptions = {}): ByteLink {
  const { endpointIn = 4, endpointOut = 4, packetBytes = 64 } = options;
  let closing: Promise<void> | undefined;
  return {
    async write(bytes) {
      await device.transferOut(endpointOut, copyBytes(bytes));
    },
    listen(onBytes, onEnd) {
      const ended = new AbortController();
      const read = async (): Promise<void> => {
        for (;;) {
          const { data, status } = await device.transferIn(endpointIn, packetBytes);
          if (ended.signal.aborted) return;
          if (status !== undefined && status !== "ok") throw new Error(`bulk transfer: ${status}`);
          if (data !== undefined && data.byteLength > 0) onBytes(copyBytes(data));
        }
      };
      read().catch((error: unknown) => {
        if (!ended.signal.aborted) onEnd(error);
      });
      return () => {
        ended.abort();
      };
    },
    close() {
      closing ??= options.close?.() ?? Promise.resolve();
      return closing;
    },
  };
}
