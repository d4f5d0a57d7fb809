"""What the system refused where a library that writes for us does not say it: asked again."""

from __future__ import annotations

from pathlib import Path

PROBE = 1 << 20
"""Bytes that a full disk does not take any more."""


def refusal(written: Path) -> OSError | None:
    """Why no more can be written to a file that was given up; None where it can. The file is spoilt by the question."""
    try:
        with written.open("ab") as probe:
            probe.write(bytes(PROBE))
    except OSError as error:
        return error
    return None
