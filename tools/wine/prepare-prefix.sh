#!/usr/bin/env bash
# In the Wine root: makes a Wine prefix with the bridge driver's devices installed. Does nothing when there is one of this
# driver.
set -euo pipefail
export WINEPREFIX=/w/prefix WINEDLLOVERRIDES=mscoree,mshtml= # no offer to download .NET or a browser engine
stamp=$(cat /w/c/cwbridge.sys /w/c/cwbridge.inf /w/app/tests/install-readers.mjs | sha256sum)
if [ "$(cat $WINEPREFIX/stamp 2>/dev/null)" != "$stamp" ]; then
  rm -rf $WINEPREFIX
  wineboot -i >/w/log/wineboot.log 2>&1
  wineserver -w
  wine /w/node/20/node.exe /w/app/tests/install-readers.mjs 'Z:\w\c\cwbridge.inf' >/w/log/install.log 2>&1 </dev/null || {
    cat /w/log/install.log >&2
    exit 1
  }
  # otherwise the registry is not written before the namespace ends
  wineserver -k
  wineserver -w
  echo "$stamp" >$WINEPREFIX/stamp
fi
