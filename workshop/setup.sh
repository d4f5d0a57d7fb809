#!/bin/sh
# Makes .venv, installs the locked requirements by hash, builds the Rust core. Needs no root. Does only what has changed
# since the last time: each stamp below .venv/stamps holds the hash of what its step was made from.
# `workshop/setup.sh environment` stops before the core.
set -eu
cd "$(dirname "$0")/.."
python=$(workshop/preflight.sh)
# Not the link inside an environment that happens to be active, which could be the one made anew here.
python=$("$python" -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))')
PATH=$PWD/.venv/bin:${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH
export PATH
unset CONDA_PREFIX PYTHONHOME PYTHONPATH
VIRTUAL_ENV=$PWD/.venv
export VIRTUAL_ENV PIP_DISABLE_PIP_VERSION_CHECK=1

is_made() { [ -f ".venv/stamps/$1" ] && [ "$(cat ".venv/stamps/$1")" = "$2" ]; }
made() { mkdir -p .venv/stamps && printf '%s\n' "$2" >".venv/stamps/$1"; }
digest() { sha256sum | cut -d' ' -f1; }
identity() { "$1" -c 'import sys; print(sys.version, sys.base_prefix)'; }

# 1. The environment: kept while it works, lies where it was made, and is of the Python asked for (if one is).
is_usable() {
    .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
        grep -qF "$PWD/.venv/bin/" .venv/bin/pip &&
        { [ -z "${PYTHON:-}" ] || [ "$(identity "$python")" = "$(identity .venv/bin/python)" ]; }
}
if ! is_usable; then
    echo "setup: making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi
environment=$({ pwd -P; identity .venv/bin/python; } | digest)

# 2. Requirements: exact versions, each file checked against its hash.
requirements="$environment $(digest <requirements/dev.lock)"
if ! is_made requirements "$requirements"; then
    echo "setup: installing requirements/dev.lock"
    .venv/bin/python -m pip install --quiet --require-hashes --requirement requirements/dev.lock
    made requirements "$requirements"
fi

# Style, types and imports are checked without the core: whoever asks for the environment alone has it now.
[ "${1:-}" != environment ] || exit 0

# 3. The Rust core. Its stamp holds the built module too, so that a debug build made by hand is noticed.
built() { cat sensors/_core*.so 2>/dev/null | digest; }
sources() {
    { find sensors/core -name target -prune -o -type f \( -name '*.rs' -o -name '*.txt' -o -name '*.toml' -o -name Cargo.lock \) -print |
        LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum; cat pyproject.toml; rustc --version; } | digest
}
core="$environment $(sources)"
if ! is_made core "$core $(built)"; then
    echo "setup: building the Rust core"
    maturin develop --skip-install --release --locked --quiet
    made core "$core $(built)"
fi

# 4. The project itself: its folders on Python's path and the command "bittern". Through pip without dependencies, for
# "maturin develop" would resolve the requirements anew, past the hashes, and needs a newer pip than Python 3.11 brings.
project="$environment $(digest <pyproject.toml)"
if ! is_made project "$project" || [ ! -x .venv/bin/bittern ]; then
    echo "setup: installing bittern into .venv"
    MATURIN_PEP517_ARGS=--locked python -m pip install --quiet --no-deps --no-build-isolation --editable .
    made core "$core $(built)"
    made project "$project"
fi

# 5. The fonts of PDF reports: too big for the repository.
workshop/fonts.sh
