"""The command `bittern`."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the installed program."""
    from api.cli.program import run

    sys.exit(run(sys.argv[1:]))
