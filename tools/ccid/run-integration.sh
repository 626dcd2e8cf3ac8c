#!/usr/bin/env bash
# Runs the CCID transport where there is USB: a guest in QEMU, with Debian's kernel and the files of this machine around it.
# Prints a line that begins with CASE for each group of tests, and their number in the end; exits with another code than 0
# when anything failed or a part is missing.
#
#   run-integration.sh [PART]…        all of them unless given:
#     emulated-3 emulated-2   our emulated reader, and the two versions of usb
#     qemu-3 qemu-2           QEMU's reader
#     libccid                 pcscd and libccid on our emulated reader, and what they send beside what we send
#     random-SEED-COUNT       the same in so many random scenarios; not among all of them
#     acr122                  pcscd and libccid on a virtual ACR122U
set -uo pipefail
cd "$(dirname "$0")"
. ./cache.sh
[ "$(id -u)" -eq 0 ] || {
  echo "the guest sees this machine's files, and only root sees all of them" >&2
  exit 1
}
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(libccid qemu-2 emulated-2 qemu-3 emulated-3 acr122)
# one guest after the other, unless the machine has processors for more
at_once=$((($(nproc) + 1) / 2))
./install.sh && ./prepare.sh && ./build-programs.sh || exit 1

out=$cache/out
rm -rf "$out"
mkdir -p "$out"

# on the host: runs a program, and counts
host() {
  local status
  node "$cache/programs/$1-main.mjs" "${@:2}"
  status=$?
  [ $status = 0 ] || echo "CASE FAILED $1: status $status"
}

# guest SECONDS FOLDER SCRIPT [QEMU arguments…]
guest() {
  local seconds=$1 folder=$2 script=$3 status
  shift 3
  guest/run-guest.sh "$seconds" "$out/$folder" "guest/$script.sh" "$@"
  status=$?
  [ $status = 0 ] || echo "CASE FAILED guest $folder: status $status"
}

run() {
  local part=$1 card socket
  export VARIANT=${part#*-}
  case $part in
  emulated-[23])
    guest 900 "$part" emulated
    ;;
  qemu-[23])
    # a card in QEMU's own reader, played by a process here
    mkdir -p "$out/$part"
    socket=$(mktemp -u /tmp/cardwire-ccid.XXXXXX)
    node "$cache/programs/qemu-card-main.mjs" "$socket" "$out/$part" &
    card=$!
    trap 'kill "$card" 2>/dev/null; rm -f "$socket"' EXIT
    guest 900 "$part" qemu -chardev "socket,id=ccid,path=$socket,server=on,wait=off" -device qemu-xhci -device usb-ccid \
      -device ccid-card-passthru,chardev=ccid
    ;;
  libccid)
    VARIANT='' guest 1000 libccid libccid
    host compare "$out/libccid/libccid.json"
    ;;
  random-*)
    guest 3600 "$part" libccid
    host compare "$out/$part/libccid.json" "$VARIANT"
    ;;
  acr122)
    guest 700 acr122 acr122
    ;;
  *)
    echo "CASE FAILED there is no part $1"
    ;;
  esac
}

for part in "${parts[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge $at_once ]; do wait -n; done
  (
    started=$SECONDS
    run "$part"
    echo "# $part: $((SECONDS - started)) s"
  ) >"$out/$part.log" 2>&1 &
done
wait
cd "$out" || exit 1
cat "${parts[@]/%/.log}"
failed=$(cat "${parts[@]/%/.log}" | grep -c '^CASE FAILED')
passed=$(cat "${parts[@]/%/.log}" | grep -c '^CASE ok')
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
