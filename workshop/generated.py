"""Runs every generator of committed files: `python -m workshop.generated` writes, with `--check` it says what is stale.

A generator is a module that writes its files when run and, with `--check`, exits 1 and names those that are stale.
"""

from __future__ import annotations

import subprocess
import sys

GENERATORS = (
    "sensors.fields.rust",
    "sensors.fields.reference",
    "workshop.access",
    "workshop.assessment",
    "workshop.dependencies",
    "workshop.makers",
    "workshop.named_captures",
    "workshop.protocols",
)


def main(arguments: list[str]) -> int:
    """Run all generators with `arguments`; the exit code is 1 when any of them failed or is stale."""
    commands = {name: [sys.executable, "-m", name, *arguments] for name in GENERATORS}
    failed = [name for name, command in commands.items() if subprocess.run(command, check=False).returncode]
    if failed:
        print(f"generated files: {', '.join(failed)} failed or stale; `make docs` writes them anew", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
