"""One log file, read on from where reading stood, plain or gzip.

A file is known by what it begins with, not by its name or number: one that was renamed, packed or copied and emptied
goes on where it was read to, under whatever name.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

HEAD_BYTES = 65_536
"""What is looked at to know a file: up to its first line that is no comment."""
LONGEST_LINE = 1_048_576
"""Longer ones are passed over, and counted."""
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Mark:
    """How far a file was read: `printed` tells it from others, `offset` counts its bytes as they are unpacked, `number`
    its lines, `head` is what its parser must be given first."""

    printed: str
    offset: int = 0
    number: int = 0
    head: bytes = b""


@dataclass(frozen=True)
class Lines:
    """Lines without their ends, the byte each begins at, and the byte behind the last one. `ended`: there is no more
    for now. `too_long` are the places of lines that were too long: nothing stands there."""

    lines: Sequence[bytes]
    offsets: Sequence[int]
    end: int
    ended: bool
    too_long: Sequence[int] = ()


class Source(Protocol):
    """What lines are read from."""

    @property
    def broken(self) -> bool:
        """Whether it is damaged."""

    def read(self, most: int) -> Lines:
        """Up to so many lines."""

    def close(self) -> None:
        """No more will be read."""


def opened(path: Path) -> BinaryIO:
    """The file, unpacked. Raises OSError."""
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
    return cast(BinaryIO, gzip.open(path)) if is_packed else path.open("rb")


def fingerprint(path: Path, *, whole: bool) -> str | None:
    """What tells the file from others: a hash of its comments and first line. None while that line is not there as a
    whole; with `whole` the end of the file ends it too. Raises OSError (gzip: also EOFError, zlib.error)."""
    with opened(path) as file:
        head = file.read(HEAD_BYTES)
    end = 0
    while True:
        line = head.find(b"\n", end)
        if line < 0:
            if not (len(head) == HEAD_BYTES or (whole and head[end:].strip())):
                return None
            return _hashed(head)
        if head[end:line].strip() and not head.startswith(b"#", end):
            return _hashed(head[: line + 1])
        end = line + 1


def _hashed(head: bytes) -> str:
    return hashlib.blake2b(head.rstrip(b"\r\n"), digest_size=16).hexdigest()


class LogFile:
    """A file that is read on from `offset`. With `whole` its last line needs no end."""

    def __init__(self, path: Path, offset: int, *, whole: bool) -> None:
        self._file = opened(path)
        self._whole = whole
        self._end = offset
        self._rest = b""
        self._skipping = False
        self.broken = False
        """The packed file is damaged: what follows cannot be read."""
        self._file.seek(offset)

    def read(self, most: int) -> Lines:
        """Up to `most` lines."""
        lines: list[bytes] = []
        offsets: list[int] = []
        too_long: list[int] = []
        ended = False
        while len(lines) < most:
            end = self._rest.find(b"\n")
            if end >= 0:
                self._take(self._rest[:end], end + 1, lines, offsets)
                self._rest = self._rest[end + 1 :]
                continue
            if len(self._rest) > LONGEST_LINE:
                if not self._skipping:
                    too_long.append(len(lines))
                self._skip(lines, offsets)
            more = self._more()
            if more:
                self._rest += more
                self._split(most, lines, offsets)
                continue
            ended = True
            if self._whole and self._rest:
                self._take(self._rest, len(self._rest), lines, offsets)
                self._rest = b""
            if self._whole:
                self.close()
            break
        return Lines(lines, offsets, self._end, ended, too_long)

    def close(self) -> None:
        self._file.close()

    def _split(self, most: int, lines: list[bytes], offsets: list[int]) -> None:
        """Takes the whole lines of what was read at once: finding them one by one copies the rest each time."""
        *whole, rest = self._rest.split(b"\n")
        room = most - len(lines)
        for line in whole[:room]:
            self._take(line, len(line) + 1, lines, offsets)
        self._rest = b"\n".join([*whole[room:], rest])

    def _take(self, line: bytes, length: int, lines: list[bytes], offsets: list[int]) -> None:
        if self._skipping:
            self._skipping = False  # the end of a line that was counted already
        else:
            lines.append(line.removesuffix(b"\r"))
            offsets.append(self._end)
        self._end += length

    def _skip(self, lines: list[bytes], offsets: list[int]) -> None:
        if not self._skipping:
            lines.append(b"")
            offsets.append(self._end)
        self._end += len(self._rest)
        self._rest, self._skipping = b"", True

    def _more(self) -> bytes:
        if self.broken or self._file.closed:
            return b""
        try:
            return self._file.read(HEAD_BYTES * 4)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.broken = True
            return b""
