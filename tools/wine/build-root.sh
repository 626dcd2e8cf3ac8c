#!/usr/bin/env bash
# Builds the folder that everything here runs in: Debian 13 with Wine 10, pcscd, vpcd and the mingw compiler (Debian 12's
# own Wine has only a stub of winscard.dll). Does nothing when it is there. Prints its path as the last line.
#
#   build-root.sh        into $CARDWIRE_WINE_ROOT, or the checkout's .cache/wine
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
cache=${CARDWIRE_WINE_ROOT:-$here/../../.cache/wine}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd -P)
root=$cache/root
# one line per thing that the folder is made of: a change of it builds the folder anew
packages=wine,wine64,pcscd,vsmartcard-vpcd,libpcsclite-dev,libc6-dev,libudev-dev,gcc,pkg-config,gcc-mingw-w64-x86-64-win32
recipe="trixie $packages 1"

if [ "$(cat "$root/.recipe" 2>/dev/null)" = "$recipe" ]; then
  echo "$root"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "a Debian root is built by root only" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
missing=()
for package in mmdebstrap iproute2 mount util-linux; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update
  apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "${missing[@]}"
fi

# the mirror that this machine uses itself, unless one is named
mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" && $3 == "Debian" && !n++ { print $1 }'
}
from=${CARDWIRE_DEBIAN_MIRROR:-$(mirror)}
[ -n "$from" ] || { apt-get update && from=$(mirror); }

rm -rf --one-file-system "$root"
mmdebstrap --mode=root --variant=apt --include="$packages" \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  trixie "$root" "deb ${from:-http://deb.debian.org/debian} trixie main" >"$cache/mmdebstrap.log" 2>&1 || {
  tail -n 40 "$cache/mmdebstrap.log" >&2
  exit 1
}
echo "$recipe" >"$root/.recipe"
echo "$root"
