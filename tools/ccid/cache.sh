# Sourced: where downloads and builds are kept from one run to the next. Paths go on a kernel's command line, so they
# have no blanks.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cache=${CARDWIRE_CCID_CACHE:-$here/../../.cache/ccid}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd -P)
case $cache$here in
*[[:space:]]*)
  echo "neither the checkout nor CARDWIRE_CCID_CACHE may have blanks in its path: $cache" >&2
  exit 1
  ;;
esac
