# pcscd and libccid on the emulated reader.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
start_pcscd
step 3000 "libccid" node "$CACHE/programs/libccid-main.mjs" /run/out "$VARIANT"
kill $pcscd
exit $failed
