#!/usr/bin/env bash
# Builds a small initramfs: busybox, the modules that the guest needs, and `init`, which goes on in the host's files.
#
#   make-initramfs.sh KERNEL OUTPUT        KERNEL: an unpacked kernel package
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$1 output=$2
version=$(ls "$kernel/lib/modules")
[ "$(wc -w <<<"$version")" = 1 ] || {
  echo "$kernel has the modules of more than one kernel: $version" >&2
  exit 1
}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,dev,proc,sys,root,modules,lower,rw}
cp /bin/busybox "$root/bin/busybox"
cp "$here/init" "$root/init"
chmod +x "$root/init"
[ -e "$kernel/lib/modules/$version/modules.dep" ] || depmod -b "$kernel" "$version"
# what a host controller is to a kernel: vhci_hcd is one behind a socket, xhci_pci the one that QEMU has
for module in virtio_pci 9pnet_virtio 9p overlay xhci_pci vhci_hcd; do
  while read -r kind file _; do
    # "builtin" needs no loading
    [ "$kind" = insmod ] || continue
    name=$(basename "$file")
    name=${name%%.ko*}
    grep -qsx "$name" "$root/modules/order" && continue
    echo "$name" >>"$root/modules/order"
    case $file in
    *.xz) xz -dc "$file" ;;
    *.zst) zstd -dc "$file" ;;
    *) cat "$file" ;;
    esac >"$root/modules/$name"
  done < <(modprobe -d "$kernel" -S "$version" --show-depends "$module")
done
(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --null -o -H newc --quiet) >"$output.new"
mv "$output.new" "$output"
