#!/bin/sh
# Says at once, all together, which base tools are missing or too old, and how to get them. Quiet when all is there.
# Prints the path of the chosen Python, nothing else, on standard output. Exit 3 when something is missing.
set -u
PATH=${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH
wanted_python=3.11
wanted_rust=1.95
missing=0

# lacks WHAT HOW: notes one missing tool and how to get it.
lacks() {
    [ "$missing" -gt 0 ] || echo "Bittern cannot be built yet. Missing or too old:" >&2
    missing=$((missing + 1))
    printf '  %s. %s\n     how to get it: %s\n' "$missing" "$1" "$2" >&2
}

# at_least WANTED FOUND: whether version FOUND (major.minor...) is WANTED (major.minor) or newer.
at_least() {
    awk -v wanted="$1" -v found="$2" 'BEGIN {
        split(wanted, w, "."); split(found, f, ".")
        exit !(f[1] + 0 > w[1] + 0 || (f[1] + 0 == w[1] + 0 && f[2] + 0 >= w[2] + 0))
    }'
}

python_version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

# The Python asked for, or the first one on PATH that is new enough.
python=""
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    version=$(python_version "$candidate") || continue
    if at_least "$wanted_python" "$version"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    if [ -n "${PYTHON:-}" ]; then
        lacks "Python $wanted_python or newer: PYTHON=$PYTHON is $(python_version "$PYTHON" || echo 'not to be found')" \
            "name one that is new enough, for example: make setup PYTHON=python3.12"
    else
        lacks "Python $wanted_python or newer (python3 here: $(python_version python3 || echo none))" \
            "Debian 12 or newer: apt-get install python3 python3-venv; elsewhere: pyenv install 3.11; then: make setup PYTHON=python3.11"
    fi
elif ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    lacks "the venv module of $python" "Debian: apt-get install python$(python_version "$python")-venv (or python3-venv)"
fi

command -v make >/dev/null 2>&1 || lacks "make" "Debian: apt-get install make"
command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || lacks "a C compiler (cc), which Rust links with" \
    "Debian: apt-get install gcc libc6-dev"

rustup_hint="rustup, for your user and without root: see https://rustup.rs, then: rustup toolchain install $wanted_rust"
if ! command -v rustc >/dev/null 2>&1 || ! command -v cargo >/dev/null 2>&1; then
    lacks "Rust $wanted_rust or newer (cargo and rustc)" "$rustup_hint"
else
    for program in rustc cargo; do
        version=$("$program" --version 2>/dev/null | awk '{print $2}')
        at_least "$wanted_rust" "${version:-0.0}" || lacks \
            "$program $wanted_rust or newer ($(command -v "$program") is ${version:-broken}; Debian 12's own 1.63 is too old)" \
            "$rustup_hint"
    done
fi

[ "$missing" -eq 0 ] || exit 3
command -v "$python"
