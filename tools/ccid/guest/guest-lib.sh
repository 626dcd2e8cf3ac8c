# Sourced by what runs in the guest. $CACHE is the folder of downloads and builds; /run/out comes out of the guest.
export NO_COLOR=1 FORCE_COLOR=0
failed=0

# Devices come and go by udev's word. Debian's udevd is udevadm by another name; it is not installed, only unpacked.
start_udevd() {
  mkdir -p /run/udev /etc/udev /lib/systemd
  cp -r "$CACHE/udev/lib/udev" /lib/
  ln -sf "$CACHE/udev/bin/udevadm" /lib/systemd/systemd-udevd
  /lib/systemd/systemd-udevd --daemon 2>/dev/null
}

# what pcscd needs to run with libccid and no other driver
prepare_pcscd() {
  mkdir -p /run/pcscd /etc/reader.conf.d
  rm -rf /etc/reader.conf.d/* /usr/lib/pcsc/drivers/serial
}

# its log is in /run/out
start_pcscd() {
  prepare_pcscd
  LIBCCID_ifdLogLevel=0x0007 pcscd --foreground --info >/run/out/pcscd.log 2>&1 &
  pcscd=$!
}

# step SECONDS NAME COMMAND…: any that fails makes the script fail
step() {
  local seconds=$1 name=$2 status start
  shift 2
  start=$(cut -d. -f1 /proc/uptime)
  timeout "$seconds" "$@"
  status=$?
  echo "# $name: status $status, $(($(cut -d. -f1 /proc/uptime) - start)) s"
  [ $status = 0 ] || {
    echo "CASE FAILED $name: status $status"
    failed=1
  }
}
