#!/usr/bin/env bash
# Runs every *.integration.ts here against private pcscd daemons. Ends with vitest's count of what passed and failed;
# exits with another code than 0 when anything failed or a part is missing.
#
#   run-integration.sh [vitest arguments]
set -euo pipefail
cd "$(dirname "$0")"

if [ "$(id -u)" -ne 0 ]; then
  echo "private daemons need namespaces, and those need root" >&2
  exit 1
fi
./install.sh
./build-daemons.sh
# a namespace of its own: no port and no process of the machine is met, and nothing outlives the tests
exec ./in-namespace.sh npx vitest run --config vitest.config.js "$@"
