#!/usr/bin/env bash
# Runs a command with a network, mounts and processes of its own. Whatever it starts ends with it.
#
#   in-namespace.sh COMMAND…
set -euo pipefail
unshare --mount --net --pid --fork --kill-child --mount-proc -- "$(dirname "$0")/set-up-network.sh" "$@" &
inside=$!
# unshare itself ignores these
trap 'kill -KILL $inside' TERM INT HUP
wait $inside
