# pcscd and libccid on the emulated reader.
. "$(dirname "$0")/guest-lib.sh"
start_udevd
prepare_pcscd
step 3000 "libccid" node "$CACHE/programs/libccid-main.mjs" /run/out "$VARIANT"
exit $failed
