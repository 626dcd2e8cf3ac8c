/**
 * Installs the bridge driver with two root-enumerated devices, as `devcon install` would.
 *
 *   install-readers.mjs INF
 */
import { DEVPKEY_READER_KIND, READER_KIND, SMARTCARD_READER_INTERFACE_GUID } from "@cardwire/ioctl";
import koffi from "koffi";

const HARDWARE_ID = "root\\cwbridge";
const UNITS = 2;
const SPDRP_HARDWAREID = 1;
const SPDRP_FRIENDLYNAME = 12;
const DIF_REGISTERDEVICE = 0x19;
const INSTALLFLAG_FORCE = 1;
const DEVPROP_TYPE_BYTE = 3;

const wide = (text: string): Buffer => Buffer.from(`${text}\0`, "utf16le");

function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll(/[{}-]/g, ""), "hex");
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

const getLastError: () => number = koffi.load("kernel32.dll").func("__stdcall", "GetLastError", "uint32", []);
const setup = koffi.load("setupapi.dll");
const pointer = "void *";
const createList: (guid: Buffer, parent: null) => number = setup.func(
  "__stdcall",
  "SetupDiCreateDeviceInfoList",
  "intptr_t",
  [pointer, pointer],
);
const bool = (name: string, args: string[]): ((...values: unknown[]) => number) =>
  setup.func("__stdcall", name, "int32", args);
const createInfo = bool("SetupDiCreateDeviceInfoW", [
  "intptr_t",
  pointer,
  pointer,
  pointer,
  pointer,
  "uint32",
  pointer,
]);
const setRegistry = bool("SetupDiSetDeviceRegistryPropertyW", ["intptr_t", pointer, "uint32", pointer, "uint32"]);
const setProperty = bool("SetupDiSetDevicePropertyW", [
  "intptr_t",
  pointer,
  pointer,
  "uint32",
  pointer,
  "uint32",
  "uint32",
]);
const callInstaller = bool("SetupDiCallClassInstaller", ["uint32", "intptr_t", pointer]);
const update: (parent: null, id: Buffer, inf: Buffer, flags: number, reboot: [number]) => number = koffi
  .load("newdev.dll")
  .func("__stdcall", "UpdateDriverForPlugAndPlayDevicesW", "int32", [
    pointer,
    pointer,
    pointer,
    "uint32",
    koffi.out("int32 *"),
  ]);

function check(what: string, result: number): void {
  if (result === 0) throw new Error(`${what}: error ${getLastError().toString(16)}`);
}

const [, , inf] = process.argv;
if (inf === undefined) throw new Error("usage: install-readers.mjs INF");
const readerClass = guid(SMARTCARD_READER_INTERFACE_GUID);
const readerKind = Buffer.concat([
  guid(DEVPKEY_READER_KIND.formatId),
  Buffer.of(DEVPKEY_READER_KIND.propertyId, 0, 0, 0),
]);
const list = createList(readerClass, null);
for (let unit = 0; unit < UNITS; unit++) {
  const device = Buffer.alloc(32);
  device.writeUInt32LE(device.length);
  const id = wide(`${HARDWARE_ID}\\000${unit}`);
  check("SetupDiCreateDeviceInfo", createInfo(list, id, readerClass, null, null, 0, device));
  const hardwareIds = wide(`${HARDWARE_ID}\0`);
  check("the hardware ID", setRegistry(list, device, SPDRP_HARDWAREID, hardwareIds, hardwareIds.length));
  const name = wide(`Cardwire bridge reader ${unit}`);
  check("the friendly name", setRegistry(list, device, SPDRP_FRIENDLYNAME, name, name.length));
  check("the registration", callInstaller(DIF_REGISTERDEVICE, list, device));
  check("the reader kind", setProperty(list, device, readerKind, DEVPROP_TYPE_BYTE, Buffer.of(READER_KIND.NFC), 1, 0));
}
check("the driver", update(null, wide(HARDWARE_ID), wide(inf), INSTALLFLAG_FORCE, [0]));
