# The contract and unplugging on our emulated reader, plugged into the kernel.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
step 500 "contract on usb $VARIANT" node "$CACHE/programs/contract-main.mjs" "$VARIANT" emulated
step 300 "unplugged on usb $VARIANT" node "$CACHE/programs/unplug-main.mjs" "$VARIANT"
exit $failed
