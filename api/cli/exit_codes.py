"""What the program says when it ends: one closed list, shown in every --help and tested."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """4 outweighs 1: that the result is not whole matters more than what it holds."""

    OK = 0
    ALERTS = 1
    """Alerts, or controls of an assessment, at or beyond --fail-on; a proof or evidence that does not hold."""
    USAGE = 2
    CONFIGURATION = 3
    """Site model, baseline or rules that cannot be used; a check of `doctor`; a fault of the program itself."""
    INPUT = 4
    """A file to read that is no capture, or one to write that cannot be written."""
    PERMISSION = 5
    STORE = 6
    INTEGRITY = 7
    INTERRUPTED = 130
    PIPE = 141
    """The reader of the output went away, as with `| head`."""
