# The contract on QEMU's own reader.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
step 500 "contract on usb $USB, QEMU's reader" node "$CACHE/programs/contract-main.mjs" "$USB" qemu
exit $failed
