#!/usr/bin/env bash
# Installs what the CCID tests need from the distribution (Debian 12), unattended. Does nothing when it is there.
set -euo pipefail

packages=(qemu-system-x86 busybox-static cpio kmod pcscd libpcsclite1 libccid pcsc-tools opensc xz-utils)
[ "${1:-}" != browser ] || packages=(chromium)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "missing: ${missing[*]}. Run this as root, or install them." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update
apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "${missing[@]}"
