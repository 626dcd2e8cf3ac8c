#!/usr/bin/env bash
# In the Wine root: runs scripts in Windows' Node, beside a pcscd of the tests' own. Each leaves what it says in
# /w/log/NAME.log; a script that fails is told of at once, and the exit status tells, too.
#
#   run-inside.sh JOB…      a job is NAME:NODE:SCRIPT:ARGUMENTS…, with node 22-repaired for the repaired winscard.dll
set -euo pipefail
export WINEPREFIX=/w/prefix WINEDEBUG=${WINEDEBUG:--all} CARDWIRE_PCSCD_PORT=4711
export CARDWIRE_PCSCD_CACHE=/w/pcscd # what compile.sh has made
cd /w/app/tests

node /w/linux/pcscd-control.mjs $CARDWIRE_PCSCD_PORT >/run/pcscd-env 2>/w/log/pcscd-control.log &
control=$!
until grep -q = /run/pcscd-env; do
  kill -0 $control || { cat /w/log/pcscd-control.log >&2; exit 1; }
  sleep 0.05
done
# shellcheck disable=SC2046
export $(cat /run/pcscd-env)
# no offer to download .NET or a browser engine
plain=mscoree,mshtml=
WINEDLLOVERRIDES=$plain wineserver -p

status=0
for job in "$@"; do
  IFS=: read -r -a parts <<<"$job"
  name=${parts[0]} node=${parts[1]}
  overrides=$plain
  [ "${node%-repaired}" = "$node" ] || overrides="winscard=n,b;$plain"
  started=$SECONDS result=0
  # files, not pipes: on a Unix pipe Windows' Node cannot write
  WINEDLLOVERRIDES=$overrides timeout 300 wine "/w/node/$node/node.exe" "${parts[@]:2}" >"/w/log/$name.log" 2>&1 </dev/null ||
    result=$?
  if [ $result -eq 0 ]; then
    printf 'ran     %4ds  %s\n' $((SECONDS - started)) "$name"
  else
    printf 'FAILED  %4ds  %s (exit %s)\n' $((SECONDS - started)) "$name" $result
    tail -n 40 "/w/log/$name.log"
    status=1
  fi
done
wineserver -k || true
wineserver -w
exit $status
