"""How far an analysis is: a moving line where a person looks, else a line every ten seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.cli.terminal import Terminal

PATIENCE = 10.0
"""Seconds between two lines where nothing moves."""


@contextmanager
def following(terminal: Terminal) -> Iterator[Callable[[int, int], None] | None]:
    """Gives what `analyse` calls with packets and events so far, None when nobody wants to know."""
    if terminal.quiet:
        yield None
    elif terminal.err.isatty():
        with _moving(terminal) as progress:
            yield progress
    else:
        yield _Lines(terminal)


@contextmanager
def _moving(terminal: Terminal) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(file=terminal.err, no_color=not terminal.colour(terminal.err))
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(_text(terminal, 0, 0), total=None)
        yield lambda packets, events: bar.update(task, description=_text(terminal, packets, events))


class _Lines:
    """Says how far it is every `PATIENCE` seconds."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._next = time.monotonic() + PATIENCE

    def __call__(self, packets: int, events: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PATIENCE
            self._terminal.tell("cli.progress", packets=f"{packets:,}", events=f"{events:,}")


def _text(terminal: Terminal, packets: int, events: int) -> str:
    return terminal.texts.get("cli.progress", packets=f"{packets:,}", events=f"{events:,}")
