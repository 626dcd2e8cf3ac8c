#!/usr/bin/env bash
# Installs the browser that the tests drive, and a font, from the distribution (Debian), unattended. Does nothing when
# it is there.
set -euo pipefail

[ -x /usr/bin/chromium ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "missing: chromium. Run this as root, or install it." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends chromium fonts-dejavu-core
