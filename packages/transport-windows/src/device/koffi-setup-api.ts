import { DEVPKEY_READER_KIND, SMARTCARD_READER_INTERFACE_GUID } from "@cardwire/ioctl";
import type { Koffi, LibraryHandle } from "../koffi.ts";
import { Win32CallError } from "./win32-call-error.ts";
import { guidBytes } from "./guid.ts";
import type { NativeHandle } from "./kernel32.ts";
import type { DeviceSetup, FoundDevice } from "./setup-api.ts";
import { readWideString } from "./wide-string.ts";

const DIGCF_PRESENT = 0x02;
const DIGCF_DEVICEINTERFACE = 0x10;
const SPDRP_DEVICEDESC = 0;
const SPDRP_FRIENDLYNAME = 12;
const DEVPROP_TYPE_BYTE = 3;
const ERROR_NO_MORE_ITEMS = 259;
/** Longer than any path: the interface's own is a device instance ID (200 characters), a GUID and a reference string. */
const DETAIL_BYTES = 2048;
const NAME_BYTES = 512;
/** sizeof(CM_NOTIFY_FILTER): four DWORDs and a union, the longest member of which is an instance ID. */
const NOTIFY_FILTER_BYTES = 416;

type PropertyCall = (
  set: NativeHandle,
  data: Uint8Array,
  key: Uint8Array,
  type: [number],
  value: Uint8Array,
  size: number,
  required: null,
  flags: number,
) => number;

/** setupapi.dll and cfgmgr32.dll through koffi. */
export class KoffiSetupApi implements DeviceSetup {
  readonly #koffi: Koffi;
  readonly #pointerSize: number;
  readonly #interface = guidBytes(SMARTCARD_READER_INTERFACE_GUID);
  readonly #readerKind: Uint8Array;
  readonly #getLastError: () => number;
  readonly #getClassDevs: (guid: Uint8Array, enumerator: null, parent: number, flags: number) => NativeHandle;
  readonly #destroyList: (set: NativeHandle) => number;
  readonly #enumInterfaces: (
    set: NativeHandle,
    device: null,
    guid: Uint8Array,
    index: number,
    data: Uint8Array,
  ) => number;
  readonly #interfaceDetail: (
    set: NativeHandle,
    data: Uint8Array,
    detail: Uint8Array,
    size: number,
    required: null,
    device: Uint8Array,
  ) => number;
  readonly #registryProperty: (
    set: NativeHandle,
    device: Uint8Array,
    property: number,
    type: null,
    value: Uint8Array,
    size: number,
    required: null,
  ) => number;
  readonly #interfaceProperty: PropertyCall | undefined;
  readonly #deviceProperty: PropertyCall | undefined;

  constructor(koffi: Koffi) {
    const pointer = "void *";
    const handle = "intptr_t";
    this.#koffi = koffi;
    this.#pointerSize = koffi.sizeof(pointer);
    this.#getLastError = koffi.load("kernel32.dll").func("__stdcall", "GetLastError", "uint32", []);
    const dll = koffi.load("setupapi.dll");
    const call = (name: string, args: string[]): ReturnType<LibraryHandle["func"]> =>
      dll.func("__stdcall", name, "int32", args);
    this.#getClassDevs = dll.func("__stdcall", "SetupDiGetClassDevsW", handle, [pointer, pointer, handle, "uint32"]);
    this.#destroyList = call("SetupDiDestroyDeviceInfoList", [handle]);
    this.#enumInterfaces = call("SetupDiEnumDeviceInterfaces", [handle, pointer, pointer, "uint32", pointer]);
    this.#interfaceDetail = call("SetupDiGetDeviceInterfaceDetailW", [
      handle,
      pointer,
      pointer,
      "uint32",
      pointer,
      pointer,
    ]);
    this.#registryProperty = call("SetupDiGetDeviceRegistryPropertyW", [
      handle,
      pointer,
      "uint32",
      pointer,
      pointer,
      "uint32",
      pointer,
    ]);
    const property = (name: string): PropertyCall | undefined =>
      optional(() =>
        dll.func("__stdcall", name, "int32", [
          handle,
          pointer,
          pointer,
          koffi.out("uint32 *"),
          pointer,
          "uint32",
          pointer,
          "uint32",
        ]),
      );
    this.#interfaceProperty = property("SetupDiGetDeviceInterfacePropertyW");
    this.#deviceProperty = property("SetupDiGetDevicePropertyW");
    // DEVPROPKEY: a GUID and a DWORD
    this.#readerKind = new Uint8Array(20);
    this.#readerKind.set(guidBytes(DEVPKEY_READER_KIND.formatId));
    this.#readerKind[16] = DEVPKEY_READER_KIND.propertyId;
  }

  list(): FoundDevice[] {
    const set = this.#getClassDevs(this.#interface, null, 0, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
    if (Number(set) === -1) throw new Win32CallError("SetupDiGetClassDevs", this.#getLastError());
    try {
      const found: FoundDevice[] = [];
      for (let index = 0; ; index++) {
        const data = this.#sized(this.#pointerSize === 8 ? 32 : 28);
        if (this.#enumInterfaces(set, null, this.#interface, index, data) === 0) {
          const error = this.#getLastError();
          if (error !== ERROR_NO_MORE_ITEMS) throw new Win32CallError("SetupDiEnumDeviceInterfaces", error);
          return found;
        }
        // one that went while it was listed has no details
        const device = this.#describe(set, data);
        if (device !== undefined) found.push(device);
      }
    } finally {
      this.#destroyList(set);
    }
  }

  #describe(set: NativeHandle, data: Uint8Array): FoundDevice | undefined {
    // cbSize counts the DWORD and the one character that the declaration has, with its padding
    const detail = this.#sized(this.#pointerSize === 8 ? 8 : 6, DETAIL_BYTES);
    const device = this.#sized(this.#pointerSize === 8 ? 32 : 28);
    if (this.#interfaceDetail(set, data, detail, detail.length, null, device) === 0) return undefined;
    return {
      path: readWideString(detail, 4),
      friendlyName:
        this.#deviceText(set, device, SPDRP_FRIENDLYNAME) ?? this.#deviceText(set, device, SPDRP_DEVICEDESC) ?? "",
      readerKind: this.#kind(this.#interfaceProperty, set, data) ?? this.#kind(this.#deviceProperty, set, device),
    };
  }

  #deviceText(set: NativeHandle, device: Uint8Array, property: number): string | undefined {
    const value = new Uint8Array(NAME_BYTES);
    return this.#registryProperty(set, device, property, null, value, NAME_BYTES, null) === 0
      ? undefined
      : readWideString(value);
  }

  #kind(call: PropertyCall | undefined, set: NativeHandle, data: Uint8Array): number | undefined {
    const value = new Uint8Array(1);
    const type: [number] = [0];
    const found = call?.(set, data, this.#readerKind, type, value, value.length, null, 0);
    return found === 1 && type[0] === DEVPROP_TYPE_BYTE ? value[0] : undefined;
  }

  /** A structure that says how long it is, in room of `bytes`. */
  #sized(size: number, bytes: number = size): Uint8Array {
    const structure = new Uint8Array(bytes);
    structure[0] = size;
    return structure;
  }

  notify(changed: () => void): (() => void) | undefined {
    const koffi = this.#koffi;
    const pointer = "void *";
    const dll = koffi.load("cfgmgr32.dll");
    const callbackType = koffi.pointer(
      koffi.proto("__stdcall", null, "uint32", ["intptr_t", pointer, "int32", pointer, "uint32"]),
    );
    const unregister = optional(() => dll.func("__stdcall", "CM_Unregister_Notification", "uint32", ["intptr_t"]));
    const register:
      ((filter: Uint8Array, context: null, callback: bigint, handle: [NativeHandle]) => number) | undefined = optional(
      () =>
        dll.func("__stdcall", "CM_Register_Notification", "uint32", [
          pointer,
          pointer,
          callbackType,
          koffi.out("intptr_t *"),
        ]),
    );
    if (register === undefined || unregister === undefined) return undefined;
    const filter = new Uint8Array(NOTIFY_FILTER_BYTES);
    new DataView(filter.buffer).setUint32(0, NOTIFY_FILTER_BYTES, true);
    // FilterType 0, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE, and the class
    filter.set(this.#interface, 16);
    const callback = koffi.register(() => {
      changed();
      return 0;
    }, callbackType);
    const handle: [NativeHandle] = [0];
    if (register(filter, null, callback, handle) !== 0) {
      koffi.unregister(callback);
      return undefined;
    }
    return () => {
      // on another thread: it waits for a notification that is under way, and that one for this thread
      unregister.async(handle[0], () => {
        koffi.unregister(callback);
      });
    };
  }
}

/** A function that not every Windows has. */
function optional<Value>(declare: () => Value): Value | undefined {
  try {
    return declare();
  } catch {
    return undefined;
  }
}
