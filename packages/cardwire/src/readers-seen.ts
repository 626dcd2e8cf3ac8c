const FOLDER = "/sys/bus/usb/devices";
/** The USB class of CCID readers. */
const SMART_CARD_CLASS = "0b";

/**
 * Names of the CCID readers that Linux has on USB, whoever uses them. `undefined` where nobody can see that.
 *
 * @param folder where the kernel shows its USB devices.
 */
export async function readersSeen(folder: string = FOLDER): Promise<readonly string[] | undefined> {
  try {
    // not by an import, which bundlers for browsers would follow
    const { readdir, readFile } = process.getBuiltinModule("node:fs/promises");
    const text = async (path: string): Promise<string> =>
      (await readFile(`${folder}/${path}`, "utf8").catch(() => "")).trim();
    const names: string[] = [];
    const entries = await readdir(folder);
    for (const entry of entries) {
      // an interface is called 1-2:1.0, and its device 1-2
      const [device, interfaceNumber] = entry.split(":");
      if (device === undefined || interfaceNumber === undefined) continue;
      if ((await text(`${entry}/bInterfaceClass`)) !== SMART_CARD_CLASS) continue;
      const name = `${await text(`${device}/manufacturer`)} ${await text(`${device}/product`)}`.trim();
      names.push(name === "" ? `USB ${await text(`${device}/idVendor`)}:${await text(`${device}/idProduct`)}` : name);
    }
    return [...new Set(names)].sort();
  } catch {
    // another system, or a container without it
    return undefined;
  }
}
