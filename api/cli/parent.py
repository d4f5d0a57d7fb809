"""A process that ends with the one that began it, however that ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]
"""Ends with standard input, which is a pipe of whoever began it."""


def follow(stop: Callable[[], None]) -> None:
    """Calls `stop` when the other end of standard input is gone."""
    import threading

    threading.Thread(target=_wait, args=(stop,), name="parent", daemon=True).start()


def _wait(stop: Callable[[], None]) -> None:
    import sys

    while sys.stdin.buffer.read(4096):
        pass
    stop()
