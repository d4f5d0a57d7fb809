#!/bin/sh
# Fetches the two fonts of PDF reports (Noto Sans SC, OFL) from the npm package that packs them as static TTF, checked
# against their SHA-256, into response/reports/fonts. Does nothing where they lie. Without npm or network it says what is
# missing then and goes on: everything but PDF works without them.
set -eu
cd "$(dirname "$0")/.."
package=@expo-google-fonts/noto-sans-sc@0.4.3
folder=response/reports/fonts
wanted="d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16  NotoSansSC_400Regular.ttf
9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96  NotoSansSC_700Bold.ttf"

sound() { (cd "$1" && printf '%s\n' "$wanted" | sha256sum --check --status 2>/dev/null); }
without() {
    echo "setup: the fonts of PDF reports are not here: $1" >&2
    echo "       until then bittern report makes everything but PDF; how to get them: make setup again with $2" >&2
    exit 0
}

! sound "$folder" || exit 0
command -v npm >/dev/null 2>&1 || without "npm is not installed" "npm (Debian: apt-get install npm) on the PATH"
echo "setup: fetching the fonts of PDF reports"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
npm pack --silent --pack-destination "$place" "$package" >/dev/null 2>"$place/why" ||
    without "npm pack $package failed: $(tail -n 1 "$place/why")" "a package registry within reach"
tar -xzf "$place"/*.tgz -C "$place" || without "$package cannot be unpacked" "a package registry within reach"
cp "$place/package/400Regular/NotoSansSC_400Regular.ttf" "$place/package/700Bold/NotoSansSC_700Bold.ttf" "$place"
sound "$place" || without "what $package holds is not what workshop/fonts.sh pins" "the pins put right"
cp "$place/NotoSansSC_400Regular.ttf" "$place/NotoSansSC_700Bold.ttf" "$folder"
