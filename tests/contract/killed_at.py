"""A process that kills itself at the n-th call of the code under test: what victims of contract tests run under."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def killed_at(last_call: int, *places: str) -> Iterator[None]:
    """SIGKILL at that call of what lies below the places (prefixes of file names); prints how many there were when none
    killed it."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        if event in ("call", "c_call") and frame.f_code.co_filename.startswith(places):
            calls += 1
            if calls == last_call:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    yield
    sys.setprofile(None)
    print(calls)
