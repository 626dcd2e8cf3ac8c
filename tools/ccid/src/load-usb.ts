/** The module `usb` in version 2 or 3. */
export async function loadUsb(version: string): Promise<unknown> {
  if (version === "2") return import("usb-2");
  if (version === "3") return import("usb-3");
  throw new Error(`there is no usb ${version} here`);
}
