#!/usr/bin/env bash
# Measures our driver beside libccid, on the same emulated reader in the same guest. The guest's processor is an emulated
# one: the figures say which is faster, and not how fast.
set -euo pipefail
cd "$(dirname "$0")"
. ./cache.sh
./install.sh
./prepare.sh
./build-programs.sh
exec guest/run-guest.sh 1000 "$cache/out/bench" guest/bench.sh
