#!/usr/bin/env bash
# Bundles every src/*-main.ts to one file in the cache: a guest has a slow processor, and Node no TypeScript.
set -euo pipefail
. "$(dirname "$0")/cache.sh"
cd "$here"
# the two versions of usb are native: they stay where they are
npx esbuild src/*-main.ts --bundle --platform=node --format=esm --target=node20 --conditions=@cardwire/source \
  --external:usb --external:usb-2 --external:usb-3 --external:playwright-core --out-extension:.js=.mjs --outdir="$cache/programs" --log-level=warning
# they are found from there, too
rm -f "$cache/programs/node_modules"
ln -s "$here/node_modules" "$cache/programs/node_modules"
