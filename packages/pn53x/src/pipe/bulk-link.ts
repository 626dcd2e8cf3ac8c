import { copyBytes } from "@cardwire/core";
import type { ByteLink } from "./byte-link.ts";

/** An endpoint as WebUSB describes it. */
export interface BulkEndpoint {
  /** Without the direction bit. */
  readonly endpointNumber: number;
  readonly direction: string;
  readonly type: string;
  readonly packetSize: number;
}

/** What is used of a WebUSB configuration. */
export interface BulkConfiguration {
  readonly interfaces: readonly {
    readonly claimed: boolean;
    readonly alternate: { readonly endpoints: readonly BulkEndpoint[] };
  }[];
}

/** What is used of a WebUSB device: what `usb`, a browser's `navigator.usb` and fakes have alike. */
export interface BulkDevice {
  /** The active configuration, in which the endpoints are looked up. */
  readonly configuration?: BulkConfiguration | null | undefined;
  transferIn(
    endpointNumber: number,
    length: number,
  ): Promise<{ readonly data?: ArrayBufferView | undefined; readonly status?: string | undefined }>;
  transferOut(endpointNumber: number, data: Uint8Array<ArrayBuffer>): Promise<unknown>;
}

/** Which endpoints, where what the device's descriptors say is not to be followed. */
export interface BulkLinkOptions {
  /** Endpoint numbers without the direction bit: the first bulk endpoints of the interface that has been claimed unless given. */
  readonly endpointIn?: number;
  readonly endpointOut?: number;
  /** The endpoint's packet size unless given. */
  readonly packetBytes?: number;
  /** Releases interface and device. */
  readonly close?: () => Promise<void>;
}

/** Endpoint numbers of a device that does not show its descriptors. */
export interface EndpointNumbers {
  readonly endpointIn: number;
  readonly endpointOut: number;
}

/** PN533, SCL3711. */
const PN533_ENDPOINTS: EndpointNumbers = { endpointIn: 4, endpointOut: 4 };

/** Full speed, which these chips have. */
const PACKET_BYTES = 64;

/** The first pair of bulk endpoints; of an interface that has been claimed where one has. */
function bulkEndpoints(
  device: BulkDevice,
): { readonly input: BulkEndpoint; readonly output: BulkEndpoint } | undefined {
  const interfaces = device.configuration?.interfaces ?? [];
  const claimed = interfaces.filter((one) => one.claimed);
  for (const { alternate } of claimed.length > 0 ? claimed : interfaces) {
    const bulk = alternate.endpoints.filter(({ type }) => type === "bulk");
    const input = bulk.find(({ direction }) => direction === "in");
    const output = bulk.find(({ direction }) => direction === "out");
    if (input !== undefined && output !== undefined) return { input, output };
  }
  return undefined;
}

/**
 * A pair of bulk endpoints of an interface that has been claimed. Reads packet by packet: a frame that fills its last
 * packet is not followed by an empty one, and a longer read would wait for ever.
 *
 * @param fallback the endpoints of a device whose `configuration` says nothing of them.
 */
export function createBulkLink(
  device: BulkDevice,
  options: BulkLinkOptions = {},
  fallback: EndpointNumbers = PN533_ENDPOINTS,
): ByteLink {
  const found = bulkEndpoints(device);
  const {
    endpointIn = found?.input.endpointNumber ?? fallback.endpointIn,
    endpointOut = found?.output.endpointNumber ?? fallback.endpointOut,
    packetBytes = found?.input.packetSize ?? PACKET_BYTES,
  } = options;
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
