import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { type EmulatedUsbDevice, type InOutcome } from "@cardwire/transport-ccid/testing";

const VHCI = "/sys/devices/platform/vhci_hcd.0";
/** Header of every USB/IP message, in bytes (Linux, Documentation/usb/usbip_protocol.rst). */
const HEADER = 48;
const CMD_SUBMIT = 1;
const CMD_UNLINK = 2;
const RET_SUBMIT = 3;
const RET_UNLINK = 4;
/** Linux's errno of a stall, of too much data, of an unlinked transfer, of a device that is gone. */
const STATUS = { stall: -32, overflow: -75, unlinked: -104, gone: -108 } as const;
const SPEED = { full: 2, high: 3 } as const;
/** Bus 1, device 2: what the server would call it. The kernel gives numbers of its own. */
const DEVICE_ID = (1 << 16) | 2;

interface PendingUrb {
  done: boolean;
  cancel: () => boolean;
}

/** The server's end of a USB/IP connection: the kernel's requests, answered by an emulated device. */
class UsbIpServer {
  readonly #socket: Socket;
  readonly #device: EmulatedUsbDevice;
  readonly #pending = new Map<number, PendingUrb>();
  #buffer: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, device: EmulatedUsbDevice) {
    this.#socket = socket;
    this.#device = device;
    socket.on("data", (chunk: Buffer) => {
      this.#take(chunk);
    });
    // the kernel hangs up when it is told to detach
    socket.on("error", () => undefined);
  }

  #take(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= HEADER) {
      const header = this.#buffer.subarray(0, HEADER);
      const out = header.readUInt32BE(0) === CMD_SUBMIT && header.readUInt32BE(12) === 0;
      const length = HEADER + (out ? header.readInt32BE(24) : 0);
      if (this.#buffer.length < length) return;
      const data = this.#buffer.subarray(HEADER, length);
      this.#buffer = this.#buffer.subarray(length);
      if (header.readUInt32BE(0) === CMD_UNLINK) this.#unlink(header.readUInt32BE(4), header.readUInt32BE(20));
      else this.#submit(header, Uint8Array.from(data));
    }
  }

  #submit(header: Buffer, data: Uint8Array): void {
    const sequence = header.readUInt32BE(4);
    const toHost = header.readUInt32BE(12) === 1;
    const endpoint = header.readUInt32BE(16);
    const length = header.readInt32BE(24);
    if (endpoint === 0) {
      void this.#control(sequence, header.subarray(40, HEADER), data);
    } else if (!toHost) {
      const taken = this.#device.receive(endpoint, data);
      this.#return(sequence, taken ? 0 : STATUS.stall, taken ? data.length : 0);
    } else {
      this.#read(sequence, endpoint | 0x80, length);
    }
  }

  async #control(sequence: number, setup: Buffer, data: Uint8Array): Promise<void> {
    const answer = await this.#device.control(
      {
        bmRequestType: setup.readUInt8(0),
        bRequest: setup.readUInt8(1),
        wValue: setup.readUInt16LE(2),
        wIndex: setup.readUInt16LE(4),
        wLength: setup.readUInt16LE(6),
      },
      data,
    );
    if (answer === undefined) this.#return(sequence, STATUS.stall, 0);
    else if ((setup.readUInt8(0) & 0x80) === 0) this.#return(sequence, 0, data.length);
    else this.#return(sequence, 0, answer.length, answer);
  }

  #read(sequence: number, address: number, length: number): void {
    const pipe = this.#device.pipe(address);
    if (pipe === undefined) {
      this.#return(sequence, STATUS.stall, 0);
      return;
    }
    const urb: PendingUrb = { done: false, cancel: () => false };
    urb.cancel = pipe.read(length, (outcome) => {
      urb.done = true;
      this.#pending.delete(sequence);
      this.#returnRead(sequence, outcome);
    });
    if (!urb.done) this.#pending.set(sequence, urb);
  }

  #returnRead(sequence: number, outcome: InOutcome): void {
    switch (outcome.status) {
      case "ok":
        this.#return(sequence, 0, outcome.data.length, outcome.data);
        break;
      case "stall":
        this.#return(sequence, STATUS.stall, 0);
        break;
      case "babble":
        this.#return(sequence, STATUS.overflow, 0);
        break;
      case "unplugged":
        this.#return(sequence, STATUS.gone, 0);
        break;
    }
  }

  #unlink(sequence: number, victim: number): void {
    const unlinked = this.#pending.get(victim)?.cancel() ?? false;
    this.#pending.delete(victim);
    this.#socket.write(reply(RET_UNLINK, sequence, unlinked ? STATUS.unlinked : 0, 0));
  }

  #return(sequence: number, status: number, length: number, data?: Uint8Array): void {
    const header = reply(RET_SUBMIT, sequence, status, length);
    this.#socket.write(data === undefined || data.length === 0 ? header : Buffer.concat([header, data]));
  }
}

function reply(command: number, sequence: number, status: number, length: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(command, 0);
  header.writeUInt32BE(sequence, 4);
  header.writeInt32BE(status, 20);
  header.writeInt32BE(length, 24);
  // number_of_packets of a transfer that is not isochronous
  if (command === RET_SUBMIT) header.writeUInt32BE(0xffff_ffff, 32);
  return header;
}

/** A device that is plugged into the kernel. */
export interface Plugged {
  /** Pulls it out. */
  detach(): void;
}

/**
 * Plugs an emulated device into the kernel's virtual host controller: needs the module vhci_hcd, and root. The process
 * that uses the device must be another one, for its system calls wait for this one's answers.
 */
export async function plugIntoKernel(device: EmulatedUsbDevice): Promise<Plugged> {
  const server = createServer({ noDelay: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  // the kernel takes this end over: nothing may be read from it here
  const kernelEnd = connect({ port: address.port, host: "127.0.0.1", noDelay: true }).pause();
  await new Promise((resolve) => kernelEnd.once("connect", resolve));
  const ourEnd = await accepted;
  server.close();
  new UsbIpServer(ourEnd, device);
  const port = freePort();
  const speed = device.highSpeed ? SPEED.high : SPEED.full;
  writeFileSync(`${VHCI}/attach`, `${port} ${fileDescriptor(kernelEnd)} ${DEVICE_ID} ${speed}`);
  let attached = true;
  const detach = (): void => {
    if (!attached) return;
    attached = false;
    try {
      writeFileSync(`${VHCI}/detach`, String(port));
    } catch {
      // the kernel has given it up already
    }
    ourEnd.destroy();
    kernelEnd.destroy();
  };
  device.onUnplug(detach);
  return { detach };
}

/** Lines of `status` are "hs 0000 004 …": hub, port, state; 4 is a port with nothing in it. */
function freePort(): number {
  for (const line of readFileSync(`${VHCI}/status`, "utf8").split("\n")) {
    const [, port] = /^hs\s+(\d+)\s+004/.exec(line) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error("the virtual host controller has no free port");
}

/** Node gives no public way to a socket's descriptor, and the kernel wants its number. */
function fileDescriptor(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  const fd: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, "fd") : undefined;
  if (typeof fd !== "number") throw new Error("the socket has no descriptor");
  return fd;
}
