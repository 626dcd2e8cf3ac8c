# Our driver on both versions of usb, then libccid through pcscd, on the same emulated reader.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
step 300 "usb 2" node "$CACHE/programs/bench-main.mjs" 2
step 300 "usb 3" node "$CACHE/programs/bench-main.mjs" 3
start_pcscd
step 300 "pcscd" node "$CACHE/programs/bench-main.mjs" pcscd $pcscd
kill $pcscd
exit $failed
