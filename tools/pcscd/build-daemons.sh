#!/usr/bin/env bash
# Builds newer versions of pcscd from Debian's source packages, beside the machine's own one, and prints where they are.
# The machine's package lists are not touched: apt gets lists of its own. Builds the tests' own driver, too.
#
#   build-daemons.sh [RELEASE…]        trixie (2.3.3) and forky (2.5.x) unless given
set -euo pipefail

cache=${CARDWIRE_PCSCD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cardwire/pcscd}
mirror=${CARDWIRE_DEBIAN_MIRROR:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
releases=("$@")
[ ${#releases[@]} -gt 0 ] || releases=(trixie forky)

fetch() { # RELEASE FOLDER
  local release=$1 folder=$2 lists=$2/lists
  mkdir -p "$lists/partial"
  echo "deb-src [signed-by=$keyring] $mirror $release main" >"$folder/sources.list"
  local apt=(-o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$lists" -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" -qq update
  (cd "$folder" && apt-get "${apt[@]}" -qq source --download-only pcsc-lite)
  rm -rf "$lists"
}

build() { # NAME SOURCE [SLOTS]
  local name=$1 source=$2 slots=${3:-}
  if [ -n "$slots" ]; then
    sed -i "s/^#define PCSCLITE_MAX_READERS_CONTEXTS.*/#define PCSCLITE_MAX_READERS_CONTEXTS $slots/" \
      "$source/src/PCSC/pcsclite.h.in"
  fi
  (
    cd "$source"
    meson setup build --buildtype=release -Dpolkit=false -Dlibsystemd=false -Dsystemdunit=system
    meson compile -C build
  ) >"$cache/$name.log" 2>&1 || {
    tail -n 40 "$cache/$name.log" >&2
    return 1
  }
  mkdir -p "$cache/$name"
  install -m 755 "$source/build/pcscd" "$cache/$name/pcscd"
  # the client library of the same version, for other programs
  find "$source/build" -maxdepth 1 -name 'libpcsclite*.so*' ! -type d -exec cp -P -t "$cache/$name" {} +
}

mkdir -p "$cache"
here=$(dirname "$0")
# the folder that a pcscd under test finds the drivers of its USB readers in: the tests' own one
drivers=$cache/drivers
bundle=$drivers/cardwire.bundle/Contents
mkdir -p "$bundle/Linux"
# shellcheck disable=SC2046
cc -Wall -Wextra -O2 -shared -fPIC $(pkg-config --cflags libpcsclite) -o "$bundle/Linux/ifd-socket.so" \
  "$here/driver/ifd-socket.c" -lpthread
cp "$here/driver/Info.plist" "$bundle/"
cc -Wall -Wextra -O2 -shared -fPIC -o "$cache/fake-udev.so" "$here/driver/fake-udev.c"
for release in "${releases[@]}"; do
  if [ ! -e "$cache/$release/version" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    fetch "$release" "$work"
    dsc=$(ls "$work"/*.dsc)
    dpkg-source --no-check -x "$dsc" "$work/source" >/dev/null
    build "$release" "$work/source"
    if [ "$release" = trixie ]; then
      # a daemon with the number of slots that Fedora compiles in
      rm -rf "$work/source/build"
      build "$release-48-slots" "$work/source" 48
    fi
    "$cache/$release/pcscd" --version | sed -n 's/^pcsc-lite version \([0-9.]*[0-9]\).*/\1/p' >"$cache/$release/version"
    rm -rf "$work"
    trap - EXIT
  fi
  echo "$release $(cat "$cache/$release/version") $cache/$release/pcscd"
done
