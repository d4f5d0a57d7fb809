#!/bin/sh
# Writes requirements/runtime.lock (what the product needs) and requirements/dev.lock (the same and the tools) from
# pyproject.toml: exact versions with hashes, for every platform, without the name of any package index.
# Versions already locked are kept unless asked for: workshop/lock.sh --upgrade, or --upgrade-package NAME.
set -eu
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
        --custom-compile-command "make lock" --quiet "$@"
}
compile --output-file requirements/runtime.lock "$@"
# The tools may not move what the product runs with: its lock is their constraint.
compile --group dev --constraint requirements/runtime.lock --output-file requirements/dev.lock "$@"
