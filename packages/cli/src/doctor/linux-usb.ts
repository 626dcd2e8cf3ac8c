import type { Machine } from "./machine.ts";

/** A USB device that is a smart-card or NFC reader. */
export interface UsbReader {
  readonly name: string;
  /** Vendor and product, such as "072f:2200". */
  readonly id: string;
  /** Kernel drivers that hold its interfaces. */
  readonly drivers: readonly string[];
  /** Its device file. */
  readonly node: string | undefined;
}

const FOLDER = "/sys/bus/usb/devices";
/** The USB class of CCID readers. */
const SMART_CARD_CLASS = "0b";
/** NFC readers that are of no class: NXP's PN53x boards, Sony's RC-S380. */
const CLASSLESS: ReadonlySet<string> = new Set(["04cc:2533", "04cc:0531", "054c:06c1", "054c:06c3", "04e6:5591"]);

/** The readers on USB, seen by the kernel. */
export async function usbReaders(machine: Machine): Promise<UsbReader[]> {
  const readers: UsbReader[] = [];
  const entries = await machine.list(FOLDER);
  for (const device of entries) {
    if (device.includes(":")) continue;
    const read = async (name: string): Promise<string> =>
      ((await machine.readText(`${FOLDER}/${device}/${name}`)) ?? "").trim();
    const id = `${await read("idVendor")}:${await read("idProduct")}`;
    if (id === ":") continue;
    const interfaces = entries.filter((entry) => entry.startsWith(`${device}:`));
    let isReader = CLASSLESS.has(id);
    const drivers: string[] = [];
    for (const one of interfaces) {
      const className = ((await machine.readText(`${FOLDER}/${one}/bInterfaceClass`)) ?? "").trim();
      isReader ||= className === SMART_CARD_CLASS;
      const driver = await machine.linkName(`${FOLDER}/${one}/driver`);
      if (driver !== undefined) drivers.push(driver);
    }
    if (!isReader) continue;
    const name = `${await read("manufacturer")} ${await read("product")}`.trim();
    const bus = await read("busnum");
    const number = await read("devnum");
    const node = bus === "" ? undefined : `/dev/bus/usb/${bus.padStart(3, "0")}/${number.padStart(3, "0")}`;
    readers.push({ name: name === "" ? "without a name" : name, id, drivers, node });
  }
  return readers;
}
