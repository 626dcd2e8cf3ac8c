#!/usr/bin/env bash
# Runs a command in the Wine root with mounts, network and processes of its own: no port, no daemon and no process of the
# machine is met, and whatever it starts ends with it.
#
#   in-root.sh ROOT COMMAND…
set -euo pipefail
CARDWIRE_ROOT=$1
shift
export CARDWIRE_ROOT
# shellcheck disable=SC2016
env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb DISPLAY= \
  CARDWIRE_ROOT="$CARDWIRE_ROOT" WINEDEBUG="${WINEDEBUG--all}" \
  unshare --mount --net --pid --ipc --fork --kill-child bash -euc '
    root=$CARDWIRE_ROOT
    # a mount point, so that what runs inside can have mounts of its own
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t sysfs sysfs "$root/sys"
    mount -t tmpfs tmpfs "$root/run"
    mkdir "$root/run/pcscd"
    ip link set lo up
    # acknowledging at once: what is written in two parts through a socket would take 40 ms
    for prefix in 127.0.0.0/8 127.0.0.1; do
      ip route replace local "$prefix" dev lo proto kernel scope host src 127.0.0.1 table local quickack 1
    done
    exec chroot "$root" "$@"
  ' in-root "$@" &
inside=$!
# unshare itself ignores these
trap 'kill -KILL $inside' TERM INT HUP
wait $inside
