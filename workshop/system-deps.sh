#!/bin/sh
# Installs what workshop/system-deps.txt lists and this machine lacks. Debian, root. No service is started.
set -eu
cd "$(dirname "$0")"
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# Whether a Java compiler of version 17 or newer is on PATH, named by JAVA_HOME, or installed below /usr/lib/jvm.
has_jdk() {
    for compiler in "$(command -v javac || true)" "${ES_JAVA_HOME:-/nowhere}/bin/javac" "${JAVA_HOME:-/nowhere}/bin/javac" \
        /usr/lib/jvm/*/bin/javac; do
        [ -x "$compiler" ] || continue
        version=$("$compiler" -version 2>&1 | awk '{split($2, part, "."); print part[1]}')
        [ "${version:-0}" -ge 17 ] 2>/dev/null && return 0
    done
    return 1
}

is_there() {
    case $1 in
    JDK) has_jdk ;;
    NotoCJK) [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

wanted=$(grep -v '^#' system-deps.txt | while IFS='|' read -r package probe _; do
    # shellcheck disable=SC2086 # the padding of the columns is to go
    is_there $probe || echo $package
done)
if [ -z "$wanted" ]; then
    echo "system-deps: nothing is missing"
    exit 0
fi
wanted=$(echo "$wanted" | tr '\n' ' ')
if ! command -v apt-get >/dev/null 2>&1; then
    echo "system-deps: this is no Debian (no apt-get). Install the counterparts of: $wanted" >&2
    exit 3
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "system-deps: needs root to install: $wanted" >&2
    echo "  run: sudo make system-deps      (tests that need these parts are skipped without them)" >&2
    exit 3
fi

# mosquitto's package would start a broker on this machine: forbid starts while we install, unless the machine has a
# policy of its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
echo "system-deps: installing $wanted"
apt-get update -qq </dev/null
# shellcheck disable=SC2086 # a list
apt-get install -y -qq --no-install-recommends $wanted </dev/null
