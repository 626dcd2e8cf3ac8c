#!/usr/bin/env bash
# Runs the example page in Debian's Chromium, with a navigator.usb that a test has in its hands. Prints a line that begins
# with CASE; exits with another code than 0 when anything failed.
set -euo pipefail
cd "$(dirname "$0")"
. ./cache.sh
./install.sh browser
page=$(cd ../../examples/webusb && pwd -P)
npx esbuild "$page/src/page.ts" --bundle --format=esm --target=es2022 --conditions=@cardwire/source \
  --outfile="$page/dist/page.js" --log-level=warning
npx esbuild browser/fake-usb.ts --bundle --format=iife --target=es2022 --conditions=@cardwire/source \
  --outfile="$cache/browser/fake-usb.js" --log-level=warning
# playwright-core loads files of its own: it stays where it is
npx esbuild src/browser-main.ts --bundle --platform=node --format=esm --target=node20 --external:playwright-core \
  --outfile=node_modules/.cache/browser-main.mjs --log-level=warning
exec node node_modules/.cache/browser-main.mjs "$cache/browser/fake-usb.js" "$page"
