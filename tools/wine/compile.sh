#!/usr/bin/env bash
# In the Wine root: compiles the driver, the repaired winscard.dll, and the parts of pcscd's tests.
set -euo pipefail
cd "$(dirname "$0")/c"
mingw() { x86_64-w64-mingw32-gcc -O2 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -s "$@"; }
mingw -Wno-multichar -ffreestanding -fno-ident -nostdlib -shared -I/usr/x86_64-w64-mingw32/include/ddk \
  -Wl,--subsystem,native -Wl,--entry,DriverEntry -Wl,--exclude-all-symbols -o cwbridge.sys cwbridge.c -lntoskrnl -lhal
mingw -Wno-attributes -shared -static-libgcc -o winscard.dll winscard.c winscard.def
contents=/w/pcscd/drivers/cardwire.bundle/Contents
mkdir -p "$contents/Linux"
# shellcheck disable=SC2046
cc -Wall -Wextra -O2 -shared -fPIC $(pkg-config --cflags libpcsclite) -o "$contents/Linux/ifd-socket.so" ifd-socket.c -lpthread
cp Info.plist "$contents/"
cc -Wall -Wextra -O2 -shared -fPIC -o /w/pcscd/fake-udev.so fake-udev.c
# there is no policy daemon to ask who may use a reader
printf '#!/bin/sh\nexec /usr/sbin/pcscd --disable-polkit "$@"\n' >/w/pcscd/pcscd
chmod +x /w/pcscd/pcscd
# a program finds the winscard.dll beside it first
for node in 20 22 24; do
  mkdir -p /w/node/$node-repaired
  ln -f /w/node/$node/node.exe /w/node/$node-repaired/
  cp winscard.dll /w/node/$node-repaired/
done
