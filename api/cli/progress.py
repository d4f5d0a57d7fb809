"""How far an analysis is: a moving line where a person looks, else a line every ten seconds."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from api.analysis import Progress
    from api.texts import Texts
    from sensors.capture import Position

PATIENCE = 10.0
"""Seconds between two lines where nothing moves."""
NARROW = 70
"""Cells below which the figures leave no room for a bar."""
LOOKS = 5
"""Looks a second at how far it is, where it moves."""


class Shown(Protocol):
    """How far it is, at the moment it is asked: by the thread that shows it, not by the one that works."""

    def __call__(self) -> tuple[Position | None, int]: ...
    def text(self, words: Texts) -> str: ...


class Follower:
    """Is told by the analysis, and asked by what shows it."""

    def __init__(self) -> None:
        self._position: Callable[[], Position] | None = None
        self._events = 0

    def reading(self, position: Callable[[], Position]) -> None:
        self._position = position

    def events(self, total: int) -> None:
        self._events = total

    def __call__(self) -> tuple[Position | None, int]:
        """Position in the captures, None before they are open, and events so far."""
        return self._position and self._position(), self._events

    def text(self, words: Texts) -> str:
        """What it is at, in words."""
        position, events = self()
        packets = position.packets if position is not None else 0
        key = "cli.judging" if position is not None and _is_read(position) else "cli.progress"
        return words.get(key, packets=f"{packets:,}", events=f"{events:,}")


@contextmanager
def following(terminal: Terminal) -> Iterator[Progress | None]:
    """Gives what `analyse` tells how far it is, None when nobody wants to know."""
    if terminal.quiet:
        yield None
        return
    follower = Follower()
    with showing(terminal, follower):
        yield follower


@contextmanager
def showing(terminal: Terminal, shown: Shown) -> Iterator[None]:
    """Shows how far it is, until the end; nothing where nobody wants to know."""
    if terminal.quiet:
        yield
        return
    with (_moving if terminal.err.isatty() else _lines)(terminal, shown):
        yield


@contextmanager
def _moving(terminal: Terminal, shown: Shown) -> Iterator[None]:
    from rich.console import Console, RenderableType
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    class Bar(Progress):
        """Looks at how far it is whenever it is drawn."""

        def get_renderables(self) -> Iterator[RenderableType]:
            for task in self.task_ids:
                position, _ = shown()
                if position is not None:
                    # All is read, batches still wait to be judged: how long that takes is not known.
                    whole = None if _is_read(position) else position.whole
                    self.update(task, completed=position.read, total=whole, description=shown.text(terminal.texts))
            yield from super().get_renderables()

    # Not the whole width: ^C is echoed behind it, and would break the line that is to be taken away.
    width = max(shutil.get_terminal_size().columns - 4, 20)
    console = Console(file=terminal.err, no_color=not terminal.colour(terminal.err), width=width)
    left = terminal.texts.get("cli.left")
    columns = (
        SpinnerColumn(),
        *([BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=8))] if width > NARROW else []),
        TaskProgressColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        TimeElapsedColumn(),
        TextColumn(left, markup=False, table_column=Column(no_wrap=True)),
        TimeRemainingColumn(compact=True),
    )
    with Bar(*columns, console=console, transient=True, expand=True, refresh_per_second=LOOKS) as bar:
        bar.add_task(shown.text(terminal.texts), total=None)
        yield


@contextmanager
def _lines(terminal: Terminal, shown: Shown) -> Iterator[None]:
    """Says how far it is every `PATIENCE` seconds, whatever the analysis is at."""
    ended = threading.Event()

    def speak() -> None:
        while not ended.wait(PATIENCE):
            position, _ = shown()
            share = f"{position.read / position.whole:.0%} · " if position is not None and position.whole else ""
            terminal.tell("cli.said", text=share + shown.text(terminal.texts))

    speaker = threading.Thread(target=speak, name="progress", daemon=True)
    speaker.start()
    try:
        yield
    finally:
        ended.set()
        speaker.join()


def _is_read(position: Position) -> bool:
    return position.whole is not None and position.read >= position.whole
