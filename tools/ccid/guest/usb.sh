# The contract and unplugging on both versions of usb: the emulated reader, then QEMU's own.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
for version in 2 3; do
  step 300 "contract on usb $version" node "$CACHE/programs/contract-main.mjs" "$version" emulated
  step 300 "unplugged on usb $version" node "$CACHE/programs/unplug-main.mjs" "$version"
  step 300 "contract on usb $version, QEMU's reader" node "$CACHE/programs/contract-main.mjs" "$version" qemu
done
exit $failed
