/** One endpoint of an alternate setting: what `USBEndpoint` of WebUSB tells. */
export interface UsbEndpointLike {
  /** Without the direction bit: 1…15. */
  readonly endpointNumber: number;
  readonly direction: "in" | "out";
  readonly type: "bulk" | "interrupt" | "isochronous";
  /** wMaxPacketSize in bytes. */
  readonly packetSize: number;
}

/** One alternate setting of an interface. WebUSB does not give its class descriptor: see {@link UsbDeviceLike}. */
export interface UsbAlternateLike {
  readonly alternateSetting: number;
  readonly interfaceClass: number;
  readonly interfaceSubclass: number;
  readonly interfaceProtocol: number;
  readonly interfaceName?: string | null | undefined;
  readonly endpoints: readonly UsbEndpointLike[];
}

/** One interface of a configuration. */
export interface UsbInterfaceLike {
  readonly interfaceNumber: number;
  readonly alternates: readonly UsbAlternateLike[];
}

/** One configuration of a device. */
export interface UsbConfigurationLike {
  readonly configurationValue: number;
  readonly interfaces: readonly UsbInterfaceLike[];
}

/** The five fields of a control transfer that are not its length. */
export interface UsbControlSetup {
  readonly requestType: "standard" | "class" | "vendor";
  readonly recipient: "device" | "interface" | "endpoint" | "other";
  readonly request: number;
  readonly value: number;
  /** For recipient "interface" its number, for "endpoint" its address with the direction bit. */
  readonly index: number;
}

/** How a transfer ended that did not fail. */
export type UsbTransferStatus = "ok" | "stall" | "babble";

/** What came in. */
export interface UsbInResult {
  readonly status?: UsbTransferStatus | undefined;
  /** Empty or absent for a zero-length packet. */
  readonly data?: DataView | undefined;
}

/** What went out. */
export interface UsbOutResult {
  readonly status?: UsbTransferStatus | undefined;
  readonly bytesWritten?: number | undefined;
}

/**
 * A USB device as a browser's `USBDevice` is one, by structure: nothing has to be wrapped there. Other stacks come
 * through an adapter that keeps these rules, for which the driver does not look behind:
 *
 * - A stalled endpoint is a status, not an error.
 * - `transferIn` is called once per endpoint at a time; it may stay pending for ever, and the driver then leaves it
 *   pending (WebUSB cannot cancel it) until it is answered or the device is closed.
 * - `close` ends transfers that are pending, which then reject, and gives up every claim.
 * - `configurations` can be read at any time, even while a transfer is pending.
 * - After the device was unplugged every call rejects.
 * - Bytes that go out are a `Uint8Array` over memory of its own, which is not written to again.
 *
 * The class descriptor of an interface is not part of this: WebUSB has no field for it. It is read with the standard
 * request GET_DESCRIPTOR(CONFIGURATION) to the device (USB 2.0, section 9.4.3), which all stacks allow, and is found
 * behind its interface's descriptor, or behind the last of its endpoints.
 */
export interface UsbDeviceLike {
  readonly vendorId: number;
  readonly productId: number;
  /** bcdDevice, as WebUSB splits it: 2.07 is major 2, minor 0, subminor 7. */
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly manufacturerName?: string | null | undefined;
  readonly productName?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
  readonly opened: boolean;
  /** A packet of an interrupt endpoint may get lost in this stack: readers are asked for their cards from time to time, too. */
  readonly losesNotifications?: boolean | undefined;
  /** The active configuration; absent or null when the device is not configured. */
  readonly configuration?: UsbConfigurationLike | null | undefined;
  readonly configurations: readonly UsbConfigurationLike[];

  open(): Promise<void>;
  close(): Promise<void>;
  selectConfiguration(configurationValue: number): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  controlTransferIn(setup: UsbControlSetup, length: number): Promise<UsbInResult>;
  controlTransferOut(setup: UsbControlSetup, data?: Uint8Array<ArrayBuffer>): Promise<UsbOutResult>;
  /**
   * Reads whole packets until `length` bytes are there or a short packet came.
   *
   * @param endpointNumber without the direction bit.
   * @param length a multiple of the endpoint's packetSize.
   */
  transferIn(endpointNumber: number, length: number): Promise<UsbInResult>;
  transferOut(endpointNumber: number, data: Uint8Array<ArrayBuffer>): Promise<UsbOutResult>;
  clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void>;
  reset?(): Promise<void>;
}

/** Told by a {@link UsbReaders} when a device comes or goes. */
export type UsbReadersListener = (event: {
  readonly type: "attached" | "detached";
  readonly device: UsbDeviceLike;
}) => void;

/**
 * The USB devices among which readers are looked for, and their comings and goings. Devices that are no readers may be
 * among them. One plugged device is one object for as long as it is plugged; plugged again it is another, or the same.
 */
export interface UsbReaders {
  /** The devices that are there now. */
  list(): Promise<readonly UsbDeviceLike[]>;
  /** Calls back for each change until the returned function is called. Must not call back before it has returned. */
  watch(listener: UsbReadersListener): () => void;
  /** Which system this is, so that an error can say who may hold a reader and what to do about it. */
  readonly platform?: "linux" | "windows" | "macos" | "browser" | undefined;
}
