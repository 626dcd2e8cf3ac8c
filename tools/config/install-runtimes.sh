#!/usr/bin/env bash
# Installs other runtimes than Node from the npm registry into a cache, and prints where they are: Bun and Deno.
set -euo pipefail
cache=${CARDWIRE_RUNTIMES:-${XDG_CACHE_HOME:-$HOME/.cache}/cardwire/runtimes}
bun=$cache/node_modules/@oven/bun-linux-x64/bin/bun
deno=$cache/node_modules/@deno/linux-x64-glibc/deno
if [ ! -x "$bun" ] || [ ! -x "$deno" ]; then
  mkdir -p "$cache"
  npm install --silent --no-save --prefix "$cache" @oven/bun-linux-x64@1.4.5 @deno/linux-x64-glibc@2.9.6
  chmod +x "$bun" "$deno"
fi
echo "bun $("$bun" --version) $bun"
echo "deno $("$deno" --version | sed -n 's/^deno \([^ ]*\).*/\1/p') $deno"
