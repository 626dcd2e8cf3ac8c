/** The eight bytes of a control transfer's setup stage (USB 2.0, section 9.3). */
export interface SetupPacket {
  readonly bmRequestType: number;
  readonly bRequest: number;
  readonly wValue: number;
  readonly wIndex: number;
  readonly wLength: number;
}

/** One endpoint of a function. */
export interface EmulatedEndpoint {
  /** bEndpointAddress, with the direction bit 80. */
  readonly address: number;
  readonly type: "bulk" | "interrupt";
  /** wMaxPacketSize in bytes. */
  readonly packetSize: number;
}

/** What an emulated device does for the functions in it. */
export interface UsbFunctionPort {
  /** Puts packets on an IN endpoint: each at most its packetSize long, empty for a zero-length packet. */
  send(address: number, ...packets: readonly Uint8Array[]): void;
  /** How many packets on an IN endpoint nobody has read. */
  unread(address: number): number;
  /** Puts one packet on an IN endpoint in the place of all that nobody has read. */
  replace(address: number, packet: Uint8Array): void;
  /** Halts an endpoint: it stalls until the host clears it. */
  halt(address: number): void;
  /** Pulls the whole device. */
  unplug(): void;
}

/** One interface of an emulated device: what a reader is to USB. */
export interface UsbFunction {
  readonly interfaceNumber: number;
  readonly interfaceClass: number;
  readonly interfaceSubclass: number;
  readonly interfaceProtocol: number;
  readonly endpoints: readonly EmulatedEndpoint[];
  /** The class descriptor, and where among the others it stands. */
  readonly classDescriptor: { readonly bytes: Uint8Array; readonly place: "behind-interface" | "behind-endpoints" };
  /** Called once, when the function becomes part of a device. */
  attach(port: UsbFunctionPort): void;
  /**
   * A class or vendor request to this interface. Gives the data of the answer, no bytes for a request without, and
   * undefined to stall.
   */
  control(setup: SetupPacket, data: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** The bytes of one transfer to an OUT endpoint. */
  receive(address: number, bytes: Uint8Array): void;
  /** The bus was reset, or the device configured anew: what was half done is forgotten. */
  reset(): void;
}
