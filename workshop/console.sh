#!/bin/sh
# The console: `build` writes api/static when its sources have changed, `check` runs its types, lints and unit tests.
# Where Node is missing or too old both say so and pass; with BITTERN_REQUIRE_ALL=1 they fail (exit 3).
set -eu
cd "$(dirname "$0")/.."
what=${1:-build}
wanted_node=20.19

node_version() { node --version 2>/dev/null | sed 's/^v//'; }
new_enough() {
    awk -v wanted="$wanted_node" -v found="$(node_version)" 'BEGIN {
        split(wanted, w, "."); split(found, f, ".")
        exit !(f[1] + 0 > w[1] + 0 || (f[1] + 0 == w[1] + 0 && f[2] + 0 >= w[2] + 0))
    }'
}

lacks() {
    echo "console: not ${what}ed here: $1" >&2
    echo "     how to get it: Node $wanted_node or newer with npm, from https://nodejs.org (Debian 12's own is too old)" >&2
    if [ "${BITTERN_REQUIRE_ALL:-}" = 1 ]; then exit 3; fi
    exit 0
}

if ! command -v npm >/dev/null 2>&1 || [ -z "$(node_version)" ]; then lacks "there is no Node"; fi
new_enough || lacks "Node $(node_version) is older than $wanted_node"

digest() { sha256sum | cut -d' ' -f1; }
is_made() { [ -f "build/stamps/$1" ] && [ "$(cat "build/stamps/$1")" = "$2" ]; }
made() { mkdir -p build/stamps && printf '%s\n' "$2" >"build/stamps/$1"; }

packages="$(node_version) $(digest <console/package-lock.json)"
if ! is_made console-packages "$packages" || [ ! -d console/node_modules ]; then
    echo "setup: installing console/package-lock.json"
    (cd console && npm ci --silent --no-audit --no-fund) || lacks "npm could not install its packages"
    made console-packages "$packages"
fi

if [ "$what" = check ]; then
    (cd console && npm run --silent check)
    exit
fi

# Everything that the build reads: its own sources, the catalogue, the names of techniques.
sources=$({
    find console -name node_modules -prune -o -type f -print | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum
    cat rules/locales/en.json rules/locales/zh-CN.json rules/attack-ics.json
    echo "$packages"
} | digest)
if ! is_made console "$sources" || [ ! -f api/static/index.html ]; then
    echo "setup: building the console"
    (cd console && npm run --silent build -- --logLevel warn)
    made console "$sources"
fi
