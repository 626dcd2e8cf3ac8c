#!/usr/bin/env bash
# Boots the unpacked kernel in QEMU and runs one script in it as root, with the host's files around it: read-only, under
# an overlay that is thrown away. What the script writes to /run/out stands in the output folder afterwards.
#
#   run-guest.sh SECONDS OUTPUT SCRIPT [QEMU arguments…]
#
# $VARIANT is handed on to the script: what it is to use, or to do.
# Exits with the script's status, 124 when the time is over, 250 when the guest never came to its end.
set -uo pipefail
. "$(dirname "$0")/../cache.sh"
seconds=$1 output=$2 script=$(readlink -f "$3")
shift 3
mkdir -p "$output"
rm -f "$output/.status"
image=$(ls "$cache"/kernel/boot/vmlinuz-* | head -n 1)
node=$(dirname "$(readlink -f "$(command -v node)")")
# clocksource: on a busy machine the kernel takes the emulated TSC for slower than it is, and its clock runs fast.
# no KVM: where it is missing, or only seems to be there, the guest takes seconds longer and nothing else
nice -n 5 timeout -k 5 "$seconds" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 \
  -nodefaults -display none -no-reboot -serial stdio -kernel "$image" -initrd "$cache/initramfs.cpio" \
  -append "console=ttyS0 quiet loglevel=3 panic=-1 clocksource=hpet random.trust_cpu=on mitigations=off cardwire.cache=$cache cardwire.path=$node cardwire.script=$script cardwire.variant=${VARIANT:-} x" \
  -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=host,mount_tag=host \
  -fsdev "local,id=out,path=$output,security_model=none" -device virtio-9p-pci,fsdev=out,mount_tag=out \
  -device isa-debug-exit,iobase=0x501,iosize=1 "$@" </dev/null
qemu=$?
# QEMU's own status does not tell a script that succeeded from a guest that did not start
[ ! -e "$output/.status" ] || exit "$(cat "$output/.status")"
[ $qemu != 124 ] && [ $qemu != 137 ] || {
  echo "the guest had $seconds s, and did not come to its end"
  exit 124
}
echo "the guest ended without a status (QEMU: $qemu)"
exit 250
