"""The command `bittern`."""

from __future__ import annotations

import gc
import signal
import sys


def main() -> None:
    """Entry point of the installed program."""
    # What the program keeps are many small objects without cycles; looking for cycles among them cost a tenth of a run.
    gc.set_threshold(50_000, 20, 50)
    signal.signal(signal.SIGINT, _interrupt)
    from api.cli.program import run

    code = run(sys.argv[1:])
    # All that is open was closed where it was opened, and the system takes the memory back at once. Without this Python
    # looks for cycles among all objects, several times, before it ends: a sixth of a short run.
    gc.freeze()
    sys.exit(code)


def _interrupt(*_: object) -> None:
    """Interrupts once. Polars raises KeyboardInterrupt of its own, and people press twice: neither may break into the
    clean-up that the first one began, which removes what is half-written."""
    handled = sys.exc_info()[1]
    while handled is not None:
        if isinstance(handled, KeyboardInterrupt):
            return
        handled = handled.__context__
    raise KeyboardInterrupt
