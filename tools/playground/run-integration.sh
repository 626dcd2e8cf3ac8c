#!/usr/bin/env bash
# Drives the page in Chromium. Ends with vitest's count of what passed and failed.
#
#   run-integration.sh [vitest arguments]
set -euo pipefail
cd "$(dirname "$0")"
./install.sh
exec npx vitest run --config vitest.config.js --root . "$@"
