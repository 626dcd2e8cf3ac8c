#!/usr/bin/env bash
# Installs what the pcscd tests need from the distribution (Debian, Ubuntu), unattended. Does nothing when it is there.
set -euo pipefail

packages=(
  pcscd libpcsclite1 libpcsclite-dev vsmartcard-vpcd pcsc-tools opensc python3-pyscard
  gcc libc6-dev pkg-config iproute2 util-linux
  # in which the command's completion is tried
  zsh fish
  # to build other versions of pcscd
  dpkg-dev meson ninja-build flex libudev-dev
)

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
apt-get update
apt-get install --yes --no-install-recommends "${missing[@]}"
