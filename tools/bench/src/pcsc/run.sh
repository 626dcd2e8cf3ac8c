#!/usr/bin/env bash
# Builds the clients, installs the peers (with npm, into a cache: some have to be compiled), and measures all of them in a
# network namespace of their own. Root. ROUNDS=9 measures longer.
set -euo pipefail
cd "$(dirname "$0")"
pcscd=$PWD/../../../pcscd
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cardwire
export CARDWIRE_PCSC_PEERS=$cache/pcsc-peers CARDWIRE_PCSC_BENCH=$cache/pcsc-peers/bench

"$pcscd/install.sh"
"$pcscd/build-daemons.sh" >/dev/null
mkdir -p "$CARDWIRE_PCSC_PEERS" "$CARDWIRE_PCSC_BENCH"
peers="@pokusew/pcsclite@0.6.0 pcsclite@1.0.1 smartcard@3.7.0 pcsc-mini@0.1.3 koffi@3.3.4"
if [ "$(cat "$CARDWIRE_PCSC_PEERS/installed" 2>/dev/null)" != "$peers" ]; then
  echo '{ "private": true }' >"$CARDWIRE_PCSC_PEERS/package.json"
  # shellcheck disable=SC2086
  npm install --prefix "$CARDWIRE_PCSC_PEERS" --no-audit --no-fund --loglevel=error $peers
  echo "$peers" >"$CARDWIRE_PCSC_PEERS/installed"
fi
cc -O2 -Wall -Wextra -o "$CARDWIRE_PCSC_BENCH/card" card.c -lpthread
# shellcheck disable=SC2046
cc -O2 -Wall -Wextra -o "$CARDWIRE_PCSC_BENCH/libpcsclite" libpcsclite.c $(pkg-config --cflags --libs libpcsclite) -lpthread
for entry in ../pcsc.ts measure.ts ../../../../packages/transport-pcsclite/src/index.ts; do
  npx esbuild "$entry" --bundle --platform=node --format=esm --conditions=@cardwire/source --log-level=warning \
    --external:koffi --outfile="$CARDWIRE_PCSC_BENCH/$(basename "$entry" .ts).mjs"
done
# the cards acknowledge for themselves
CARDWIRE_DELAYED_ACKS=1 exec "$pcscd/in-namespace.sh" node "$CARDWIRE_PCSC_BENCH/pcsc.mjs"
