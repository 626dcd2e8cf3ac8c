import { FormatError } from "@cardwire/core";
import { type CcidClassDescriptor, CLASS_DESCRIPTOR_BYTES, parseClassDescriptor } from "./class-descriptor.ts";

/** bInterfaceProtocol: bulk messages, or an ICCD token of version A or B, which has control transfers only. */
export type CcidTransport = "bulk" | "iccd-a" | "iccd-b";

/** An endpoint as its descriptor has it. */
export interface CcidEndpoint {
  /** Without the direction bit. */
  readonly endpointNumber: number;
  /** wMaxPacketSize in bytes, without the bits for more transactions. */
  readonly packetSize: number;
}

/** One CCID interface of a configuration: one reader, with one slot or several. */
export interface CcidInterface {
  readonly interfaceNumber: number;
  readonly alternateSetting: number;
  readonly interfaceClass: number;
  /** Index of its name among the string descriptors; 0 without one. */
  readonly nameIndex: number;
  readonly transport: CcidTransport;
  readonly classDescriptor: CcidClassDescriptor;
  readonly bulkIn: CcidEndpoint | undefined;
  readonly bulkOut: CcidEndpoint | undefined;
  /** Absent in readers that have to be polled. */
  readonly interruptIn: CcidEndpoint | undefined;
}

const DESCRIPTOR = { CONFIGURATION: 2, INTERFACE: 4, ENDPOINT: 5, CLASS: 0x21, VENDOR: 0xff } as const;
const CLASS_SMART_CARD = 0x0b;
const CLASS_VENDOR = 0xff;
const ENDPOINT_BULK = 2;
const ENDPOINT_INTERRUPT = 3;

interface Draft {
  readonly bytes: Uint8Array;
  classBytes: Uint8Array | undefined;
  bulkIn: CcidEndpoint | undefined;
  bulkOut: CcidEndpoint | undefined;
  interruptIn: CcidEndpoint | undefined;
}

/**
 * Finds the CCID interfaces in a configuration descriptor: those of class 0Bh, and those of class FFh with a class
 * descriptor of 54 bytes. The class descriptor stands behind the interface's descriptor, or behind the last of its
 * endpoints (O2Micro OZ776, bludrive II, some of Reiner SCT). An interface whose class descriptor is missing or not one
 * is left out: it is no reader that could be driven.
 *
 * @throws FormatError when the descriptors inside do not fit each other or the length: TOO_SHORT or INVALID_VALUE.
 */
export function findCcidInterfaces(configuration: Uint8Array): CcidInterface[] {
  const byte = (offset: number): number => configuration[offset] ?? 0;
  if (configuration.length < 9)
    throw new FormatError("TOO_SHORT", "a configuration descriptor has 9 bytes or more", {
      field: "bLength",
      offset: configuration.length,
    });
  if (byte(1) !== DESCRIPTOR.CONFIGURATION)
    throw new FormatError("INVALID_VALUE", "is no configuration descriptor", { field: "bDescriptorType", offset: 1 });
  const total = byte(2) | (byte(3) << 8);
  if (configuration.length < total)
    throw new FormatError("TOO_SHORT", `${total} bytes announced, these are ${configuration.length}`, {
      field: "wTotalLength",
      offset: 2,
    });
  const drafts: Draft[] = [];
  let draft: Draft | undefined;
  for (let offset = byte(0); offset < total; offset += byte(offset)) {
    const length = byte(offset);
    if (length < 2 || offset + length > total)
      throw new FormatError("INVALID_VALUE", `a descriptor of ${length} bytes does not fit`, {
        field: "bLength",
        offset,
      });
    const bytes = configuration.subarray(offset, offset + length);
    switch (bytes[1]) {
      case DESCRIPTOR.INTERFACE:
        draft = { bytes, classBytes: undefined, bulkIn: undefined, bulkOut: undefined, interruptIn: undefined };
        if (length >= 9) drafts.push(draft);
        break;
      case DESCRIPTOR.ENDPOINT:
        if (draft !== undefined && length >= 7) takeEndpoint(draft, bytes);
        break;
      case DESCRIPTOR.CLASS:
      case DESCRIPTOR.VENDOR:
        if (draft !== undefined && length === CLASS_DESCRIPTOR_BYTES) draft.classBytes ??= bytes;
        break;
      default:
    }
  }
  return drafts.flatMap(ccidInterface);
}

function takeEndpoint(draft: Draft, bytes: Uint8Array): void {
  const address = bytes[2] ?? 0;
  const endpoint: CcidEndpoint = {
    endpointNumber: address & 0x0f,
    packetSize: ((bytes[4] ?? 0) | ((bytes[5] ?? 0) << 8)) & 0x07ff,
  };
  // an endpoint that takes no bytes is none
  if (endpoint.packetSize === 0) return;
  const isIn = (address & 0x80) !== 0;
  const type = (bytes[3] ?? 0) & 0x03;
  if (type === ENDPOINT_BULK && isIn) draft.bulkIn ??= endpoint;
  else if (type === ENDPOINT_BULK) draft.bulkOut ??= endpoint;
  else if (type === ENDPOINT_INTERRUPT && isIn) draft.interruptIn ??= endpoint;
}

function ccidInterface({ bytes, classBytes, bulkIn, bulkOut, interruptIn }: Draft): CcidInterface[] {
  const interfaceClass = bytes[5] ?? 0;
  if ((interfaceClass !== CLASS_SMART_CARD && interfaceClass !== CLASS_VENDOR) || classBytes === undefined) return [];
  const transport = transportOf(bytes[7] ?? 0, bulkIn !== undefined && bulkOut !== undefined);
  if (transport === undefined) return [];
  return [
    {
      interfaceNumber: bytes[2] ?? 0,
      alternateSetting: bytes[3] ?? 0,
      interfaceClass,
      nameIndex: bytes[8] ?? 0,
      transport,
      classDescriptor: parseClassDescriptor(classBytes),
      bulkIn,
      bulkOut,
      interruptIn,
    },
  ];
}

/** ActivCard V2 says that it is a token of version A and has all endpoints of a reader: it is one. */
function transportOf(bInterfaceProtocol: number, hasBulk: boolean): CcidTransport | undefined {
  if (hasBulk) return "bulk";
  if (bInterfaceProtocol === 1) return "iccd-a";
  return bInterfaceProtocol === 2 ? "iccd-b" : undefined;
}
