"""The contract of a feed: lines of another sensor's log in, columns of our datasets out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

LINE = "line"
"""Column of a told frame: the place of its line among those that were given, from 0."""
FLOW = "flow"
"""Column of a told frame: what the other sensor calls the connection, a text; `ot.flow` is made of it."""


@dataclass(frozen=True)
class Told:
    """What some lines say.

    `frames` by dataset hold columns of the vocabulary, `LINE`, and `FLOW` where the log names connections; times are ns
    since the epoch. `times` says of each line when it was written, as far as it says so itself: no earlier than what it
    tells of ended. `notes` are lines that brought no event, each with a counter: `malformed…` could not be read,
    `passed…` was read and has no place in our datasets.
    """

    frames: Mapping[str, pl.DataFrame]
    times: Sequence[int | None]
    notes: Sequence[tuple[int, str]] = ()


class Parser(Protocol):
    """Reads the lines of one file in order."""

    @property
    def head(self) -> bytes:
        """Lines that a parser must be given first, when reading goes on in the middle of the file."""

    def take(self, lines: Sequence[bytes]) -> Told:
        """What these lines say; they come without their ends. Never raises for what stands in them."""


@dataclass(frozen=True)
class Feed:
    """A kind of log. `parser` makes the parser of a file of that name, as far as the name says what is in it.

    `covers` names logs (the word before the first dot or dash of a file's name) whose lines another log of the same
    folder tells better; they are read, counted and passed over while that one is there. `endings` are those of files
    that are looked for in folders.
    """

    name: str
    parser: Callable[[str], Parser]
    covers: Mapping[str, str] = field(default_factory=dict)
    endings: tuple[str, ...] = (".log", ".json", ".ndjson")


def empty_told(lines: int, counter: str) -> Told:
    """None of the lines says anything; each is counted."""
    return Told({}, [None] * lines, [(line, counter) for line in range(lines)])
