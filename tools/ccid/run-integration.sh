#!/usr/bin/env bash
# Runs the CCID transport where there is USB: a guest in QEMU, with Debian's kernel and the files of this machine around it.
# Prints a line that begins with CASE for each group of tests, and their number in the end; exits with another code than 0
# when anything failed or a part is missing.
#
#   run-integration.sh [usb|libccid|acr122]…        all of them unless given
set -uo pipefail
cd "$(dirname "$0")"
. ./cache.sh
[ "$(id -u)" -eq 0 ] || {
  echo "the guest sees this machine's files, and only root sees all of them" >&2
  exit 1
}
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(usb libccid acr122)
./install.sh && ./prepare.sh && ./build-programs.sh || exit 1

out=$cache/out
card=""
socket=""
trap '[ -z "$card" ] || kill "$card" 2>/dev/null; [ -z "$socket" ] || rm -f "$socket"' EXIT

# on the host: runs a program, and counts
host() {
  local status
  node "$cache/programs/$1-main.mjs" "${@:2}"
  status=$?
  [ $status = 0 ] || echo "CASE FAILED $1: status $status"
}

# guest SECONDS SCRIPT [QEMU arguments…]
guest() {
  local seconds=$1 script=$2 status
  shift 2
  guest/run-guest.sh "$seconds" "$out/$script" "guest/$script.sh" "$@"
  status=$?
  [ $status = 0 ] || echo "CASE FAILED guest $script: status $status"
}

run() {
  case $1 in
  usb)
    rm -rf "$out/usb"
    mkdir -p "$out/usb"
    # a card in QEMU's own reader, played by a process here
    socket=$(mktemp -u /tmp/cardwire-ccid.XXXXXX)
    node "$cache/programs/qemu-card-main.mjs" "$socket" "$out/usb" &
    card=$!
    guest 1500 usb -chardev "socket,id=ccid,path=$socket,server=on,wait=off" -device qemu-xhci -device usb-ccid \
      -device ccid-card-passthru,chardev=ccid
    kill "$card" 2>/dev/null
    wait "$card" 2>/dev/null
    rm -f "$socket"
    card="" socket=""
    ;;
  libccid)
    rm -rf "$out/libccid"
    guest 1000 libccid
    host compare "$out/libccid/libccid.json"
    ;;
  acr122)
    rm -rf "$out/acr122"
    guest 700 acr122
    ;;
  *)
    echo "CASE FAILED there is no part $1"
    ;;
  esac
}

log=$(mktemp)
for part in "${parts[@]}"; do
  started=$SECONDS
  run "$part"
  echo "# $part: $((SECONDS - started)) s"
done | tee "$log"
failed=$(grep -c '^CASE FAILED' "$log")
passed=$(grep -c '^CASE ok' "$log")
rm -f "$log"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
