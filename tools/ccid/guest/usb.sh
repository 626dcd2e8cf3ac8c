# The contract and unplugging on both versions of usb: the emulated reader, then QEMU's own.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
# QEMU's reader hangs on QEMU's host controller, which is away until its turn has come
controller=$(basename "$(ls -d /sys/bus/pci/drivers/xhci_hcd/0000:*)")
echo "$controller" >/sys/bus/pci/drivers/xhci_hcd/unbind
for version in 3 2; do
  step 400 "contract on usb $version" node "$CACHE/programs/contract-main.mjs" "$version" emulated
  step 300 "unplugged on usb $version" node "$CACHE/programs/unplug-main.mjs" "$version"
done
echo "$controller" >/sys/bus/pci/drivers/xhci_hcd/bind
for version in 3 2; do
  step 400 "contract on usb $version, QEMU's reader" node "$CACHE/programs/contract-main.mjs" "$version" qemu
done
exit $failed
