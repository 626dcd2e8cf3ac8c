import { concatBytes, fromHex, toHex } from "@cardwire/core";
import type { EmulatedEndpoint, UsbFunction, UsbFunctionPort } from "../src/testing.ts";

const GET_SLOT_STATUS = 0x65;

/** A message of the recording as bytes. */
export function traceBytes(line: string): Uint8Array {
  const parts =
    line
      .slice(1)
      .replaceAll(" ", "")
      .match(/\[[^\]]*\]|[^[]+/g) ?? [];
  return concatBytes(
    ...parts.map((part) => {
      const run = /^\[(..)([*+])(\d+)\]$/.exec(part);
      if (run === null) return fromHex(part);
      const first = parseInt(run[1] ?? "", 16);
      return Uint8Array.from({ length: Number(run[3]) }, (_, index) => (run[2] === "*" ? first : first + index));
    }),
  );
}

/**
 * A reader that says what a recorded one said, as long as it is asked what that was asked. GetSlotStatus is answered by
 * itself; what else is asked differently is kept in `surprise`, and not answered.
 */
export class ReplayReader implements UsbFunction {
  readonly interfaceNumber = 0;
  readonly interfaceClass = 0x0b;
  readonly interfaceSubclass = 0;
  readonly interfaceProtocol = 0;
  readonly endpoints: readonly EmulatedEndpoint[] = [
    { address: 0x81, type: "bulk", packetSize: 64 },
    { address: 0x02, type: "bulk", packetSize: 64 },
    { address: 0x83, type: "interrupt", packetSize: 8 },
  ];
  readonly classDescriptor: UsbFunction["classDescriptor"];
  /** What was asked that the recording does not have, with bSeq 00. */
  surprise: string | undefined;
  #next = 0;
  #port: UsbFunctionPort | undefined;
  readonly #lines: readonly string[];
  #iccStatus = 1;

  constructor(classDescriptor: Uint8Array, lines: readonly string[]) {
    this.classDescriptor = { bytes: classDescriptor, place: "behind-interface" };
    this.#lines = lines;
  }

  /** How many messages of the host are still to come. */
  get left(): number {
    return this.#lines.slice(this.#next).filter((line) => line.startsWith(">")).length;
  }

  attach(port: UsbFunctionPort): void {
    this.#port = port;
  }

  control(): undefined {
    return undefined;
  }

  reset(): void {
    // nothing is kept but the place in the recording
  }

  receive(_address: number, bytes: Uint8Array): void {
    const sequence = bytes[6] ?? 0;
    const asked = bytes.slice();
    asked[6] = 0;
    if (asked[0] === GET_SLOT_STATUS) {
      this.#send(Uint8Array.of(0x81, 0, 0, 0, 0, 0, sequence, this.#iccStatus, 0, 0));
      return;
    }
    const line = this.#lines[this.#next];
    if (line === undefined || toHex(traceBytes(line)) !== toHex(asked)) {
      this.surprise ??= toHex(asked);
      return;
    }
    const answer = traceBytes(this.#lines[this.#next + 1] ?? "");
    this.#next += 2;
    this.#iccStatus = (answer[7] ?? 0) & 3;
    answer[6] = sequence;
    this.#send(answer);
  }

  #send(message: Uint8Array): void {
    const packets: Uint8Array[] = [];
    for (let offset = 0; offset <= message.length; offset += 64) packets.push(message.slice(offset, offset + 64));
    this.#port?.send(0x81, ...packets);
  }
}
