#!/usr/bin/env bash
# Runs Windows' transports, as they would be published, in Windows' own Node under Wine: the contract of transports and the
# conformance cases of the reader DDI on every path to a reader. Ends with one table, a line for each case; exits with
# another code than 0 when anything failed or is missing.
#
#   run-integration.sh            what it needs is built in $CARDWIRE_WINE_ROOT, or the checkout's .cache/wine, when absent
#   run-integration.sh --bench    transmits per second, instead of the tests
set -euo pipefail
cd "$(dirname "$0")"
if [ "$(id -u)" -ne 0 ]; then
  echo "the Debian root and its namespaces need root" >&2
  exit 1
fi

lap=$SECONDS
told() {
  printf '%-8s%4ds  %s\n' did $((SECONDS - lap)) "$1"
  lap=$SECONDS
}
root=$(./build-root.sh | tail -n 1)
told "the Debian root with Wine"
./build-app.sh "$root"
told "the packages, from their tarballs, and the tests"
rm -rf "$root/w/out" "$root/w/log"
mkdir -p "$root/w/out" "$root/w/log"

if [ "${1:-}" = --bench ]; then
  ./in-root.sh "$root" bash /w/run-inside.sh bench:20-repaired:bench.mjs
  grep -E '^(table|ratio)' "$root/w/log/bench.log"
  exit
fi

jobs=() files=()
for node in 20 22 24; do
  # the long ones once: what they look for does not depend on the version
  endurance=''
  [ $node != 20 ] || endurance=:--endurance
  for path in in-process device winscard winscard-repaired; do
    runtime=$node
    [ $path != winscard-repaired ] || runtime=$node-repaired
    jobs+=("$node-$path:$runtime:run-path.mjs:$path:/w/out/$node-$path.json$endurance")
    files+=("$node=$path:$root/w/out/$node-$path.json")
  done
done
status=0
./in-root.sh "$root" bash /w/run-inside.sh "${jobs[@]}" || status=1
told "the tests under Wine"
node "$root/w/linux/table.mjs" "${files[@]}" || status=1
exit $status
