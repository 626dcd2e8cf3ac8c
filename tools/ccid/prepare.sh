#!/usr/bin/env bash
# Unpacks a Debian kernel and udev beside the machine's own, and makes an initramfs that boots into the host's files.
# All of it goes to the cache, and is done once.
set -euo pipefail
. "$(dirname "$0")/cache.sh"
cd "$cache"
mkdir -p debs
export LC_ALL=C.UTF-8

# the kernel's package has its version in its name: the one that linux-image-amd64 depends on
kernel_package() {
  apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 ~ /Depends:/ && $2 ~ /^linux-image-[0-9]/ && !found++ { print $2 }'
}

# unpack FOLDER PACKAGE
unpack() {
  local folder=$1 package=$2
  [ -e "$folder/.unpacked-$package" ] && return
  (
    cd debs
    ls "${package}"_*.deb >/dev/null 2>&1 || apt-get -o APT::Sandbox::User=root download "$package" ||
      { apt-get update && apt-get -o APT::Sandbox::User=root download "$package"; }
  )
  rm -rf "$folder"
  dpkg-deb -x "$(ls -t debs/"${package}"_*.deb | head -n 1)" "$folder"
  touch "$folder/.unpacked-$package"
}

kernel=$(cd debs && ls -t linux-image-*.deb 2>/dev/null | head -n 1 | cut -d_ -f1) || true
[ -n "$kernel" ] || kernel=$(kernel_package) || true
[ -n "$kernel" ] || { apt-get update && kernel=$(kernel_package); }
[ -n "$kernel" ] || {
  echo "apt knows no linux-image-amd64" >&2
  exit 1
}
unpack kernel "$kernel"
unpack udev udev
if [ ! -e initramfs.cpio ] || [ "$here/guest/init" -nt initramfs.cpio ] || [ "$here/guest/make-initramfs.sh" -nt initramfs.cpio ]; then
  "$here/guest/make-initramfs.sh" kernel initramfs.cpio
fi
