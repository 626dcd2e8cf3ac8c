# The contract and unplugging on our emulated reader, plugged into the kernel.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
step 500 "contract on usb $USB" node "$CACHE/programs/contract-main.mjs" "$USB" emulated
step 300 "unplugged on usb $USB" node "$CACHE/programs/unplug-main.mjs" "$USB"
exit $failed
