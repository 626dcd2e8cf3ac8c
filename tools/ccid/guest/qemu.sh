# The contract on QEMU's own reader.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
step 500 "contract on usb $VARIANT, QEMU's reader" node "$CACHE/programs/contract-main.mjs" "$VARIANT" qemu
exit $failed
