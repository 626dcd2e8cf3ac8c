import { copyBytes } from "@cardwire/core";
import type { BulkDevice } from "../pipe/bulk-link.ts";
import { FramePort, type FramePortOptions, type VirtualFrameChip } from "./frame-port.ts";

/** A USB device with a virtual chip in it, as far as transfers go. */
export interface VirtualBulkDevice extends BulkDevice {
  /** Pulls the plug: what is under way and all that comes rejects. */
  unplug(): void;
}

type Transfer = Awaited<ReturnType<BulkDevice["transferIn"]>>;

const PACKET_BYTES = 64;

/** Lays a chip behind a pair of bulk endpoints of 64 bytes. */
export function createVirtualBulkDevice(chip: VirtualFrameChip, options: FramePortOptions = {}): VirtualBulkDevice {
  const packets: Uint8Array[] = [];
  const readers: { readonly resolve: (transfer: Transfer) => void; readonly reject: (error: Error) => void }[] = [];
  let isGone = false;
  const gone = (): Error => new Error("the device was disconnected");
  const pass = (): void => {
    while (packets.length > 0 && readers.length > 0) {
      const packet = packets.shift();
      const data = packet && new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
      readers.shift()?.resolve({ status: "ok", data });
    }
  };
  const port = new FramePort(
    chip,
    (bytes) => {
      for (let at = 0; at < bytes.length; at += PACKET_BYTES)
        packets.push(copyBytes(bytes.slice(at, at + PACKET_BYTES)));
      pass();
    },
    options,
  );
  return {
    transferIn() {
      if (isGone) return Promise.reject(gone());
      return new Promise((resolve, reject) => {
        readers.push({ resolve, reject });
        pass();
      });
    },
    transferOut(_endpoint, data) {
      if (isGone) return Promise.reject(gone());
      const bytes = copyBytes(data);
      queueMicrotask(() => port.receive(bytes));
      return Promise.resolve({ status: "ok", bytesWritten: bytes.length });
    },
    unplug() {
      isGone = true;
      for (const { reject } of readers.splice(0)) reject(gone());
    },
  };
}
