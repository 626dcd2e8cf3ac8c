import { fromHex, toHex } from "@cardwire/core";
import {
  EmulatedCcidReader,
  type EmulatedCcidReaderOptions,
  EmulatedUsbDevice,
  FakeUsbDevice,
  type FakeUsbDeviceOptions,
} from "../src/testing.ts";

/** A host that speaks bytes, for tests of what plays a reader. */
export class RawHost {
  readonly reader: EmulatedCcidReader;
  readonly device: FakeUsbDevice;

  private constructor(reader: EmulatedCcidReader, device: FakeUsbDevice) {
    this.reader = reader;
    this.device = device;
  }

  static async open(options: EmulatedCcidReaderOptions = {}, fake: FakeUsbDeviceOptions = {}): Promise<RawHost> {
    const reader = new EmulatedCcidReader(options);
    const device = new FakeUsbDevice(new EmulatedUsbDevice([reader]), fake);
    await device.open();
    await device.claimInterface(0);
    return new RawHost(reader, device);
  }

  async send(hex: string): Promise<void> {
    await this.device.transferOut(2, fromHex(hex));
  }

  /** One read of everything up to a short packet. */
  async receive(length = 65_600): Promise<string> {
    const { status, data } = await this.device.transferIn(1, length);
    return status === "ok" && data !== undefined ? toHex(new Uint8Array(data.buffer)) : String(status);
  }

  async exchange(hex: string): Promise<string> {
    await this.send(hex);
    return this.receive();
  }

  async interrupt(): Promise<string> {
    const { data } = await this.device.transferIn(3, 8);
    return data === undefined ? "" : toHex(new Uint8Array(data.buffer));
  }

  /** Power, and its answer's data. */
  async powerOn(): Promise<string> {
    return (await this.exchange("62 00000000 00 00 00 0000")).slice(20);
  }

  /** A PC_to_RDR_XfrBlock, and its answer without the first ten bytes. */
  async transfer(data: string, level = "0000"): Promise<string> {
    const length = fromHex(data).length;
    const low = toHex(Uint8Array.of(length & 0xff, length >> 8));
    const answer = await this.exchange(`6F ${low}0000 00 01 00 ${level} ${data}`);
    const failed = (Number.parseInt(answer.slice(14, 16), 16) & 0xc0) === 0x40;
    return failed ? `error ${answer.slice(16, 18)}` : answer.slice(20);
  }
}

/** A card that echoes commands, and answers READ BINARY with as many bytes as it asks for. */
export function echoCard(atr: string): { readonly atr: Uint8Array; transmit(command: Uint8Array): Uint8Array } {
  return {
    atr: fromHex(atr),
    transmit(command) {
      if (command[1] !== 0xb0) return Uint8Array.of(...command, 0x90, 0x00);
      const [, , , , p3 = 0, high = 0, low = 0] = command;
      const length = command.length === 7 ? (high << 8) | low : p3 || 256;
      return Uint8Array.from({ length: length + 2 }, (_, index) =>
        index < length ? index & 0xff : index === length ? 0x90 : 0,
      );
    },
  };
}

/** T=0 first, then T=1. */
export const T0_T1 = "3B80800101";
/** T=1 alone. */
export const T1_ONLY = "3B800181";
/** T=0 alone. */
export const T0_ONLY = "3B00";
