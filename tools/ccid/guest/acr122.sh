# pcscd and libccid, and programs on top of them, on the emulated ACR122U.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
start_pcscd
step 300 "ACR122U" node "$CACHE/programs/acr122-main.mjs"
kill $pcscd
exit $failed
