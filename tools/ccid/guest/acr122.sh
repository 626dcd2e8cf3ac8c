# pcscd and libccid, and programs on top of them, on the emulated ACR122U; then our driver on a reader that pcscd has.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
start_pcscd
step 300 "ACR122U" node "$CACHE/programs/acr122-main.mjs"
step 300 "a reader that pcscd has" node "$CACHE/programs/held-main.mjs" $pcscd
exit $failed
