"""The command `bittern`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Entry point of the installed program."""
    # What the program keeps are many small objects without cycles; looking for cycles among them cost a tenth of a run.
    gc.set_threshold(50_000, 20, 50)
    from api.cli.program import run

    sys.exit(run(sys.argv[1:]))
