"""A folder that another tool fills with captures one after the other (tcpdump -G, dumpcap -b, netsniff-ng): which files
are whole, in which order they come, which were handed over already.

A file is whole when a later one is there, or when it did not grow for a while. One that grew after it was read is read
again, up to where it was read as known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from sensors._core import first_time
from sensors.whole_files import write_whole

FILE = "folder.json"
SUFFIXES = (".pcap", ".pcapng", ".cap", ".dmp", ".gz", ".zst")
"""Names of captures end so, or with a number behind that (tcpdump -C, -W)."""
SETTLED, SETTLED_LAST = 1.0, 5.0
"""Seconds for which a file did not grow that is whole then: one with a later one behind it, and the last."""
ALL = 1 << 62
MOST_KNOWN = 100_000
"""Files that the book holds: those that are still in the folder, and not more."""


@dataclass(frozen=True)
class Given:
    """A file that was given to be read: time of its first frame (ns), and its size then."""

    name: str
    first: int
    size: int


@dataclass(frozen=True)
class Next:
    """A file to be read; `known` is how many of its frames were handed over before."""

    path: Path
    given: Given
    known: int


class CaptureFolder:
    """What a folder holds and what of it was read. `book` is a folder of the sensor's own (its spool) where that is
    written down; `reached` says up to which frame of which file everything was handed over by an earlier run.

    Raises OSError when the folder cannot be listed or the book not be written.
    """

    def __init__(self, folder: Path, book: Path, reached: Callable[[], tuple[str, int] | None], window: int) -> None:
        self.folder, self._book, self._reached, self._window = folder, book / FILE, reached, window
        self._given: dict[str, Given] = {}
        self._sizes: dict[str, tuple[int, float]] = {}
        self._read: dict[str, int] = {}
        self.unreadable: set[str] = set()
        """Files in which no frame was found so far."""

    def begin(self) -> list[Next]:
        """What an earlier run began with: the files of its last minutes, to make its state, and what it had not handed
        over of the last one."""
        past = _read_book(self._book)
        reached = self._reached()
        names = [each.name for each in past]
        if reached is None or reached[0] not in names:
            return []
        place = names.index(reached[0])
        self._given = {each.name: each for each in past[: place + 1]}
        last = past[place]
        again = [each for each in past[:place] if each.first >= last.first - self._window]
        found = [Next(self.folder / each.name, each, ALL) for each in again]
        found.append(Next(self.folder / last.name, last, reached[1]))
        return [each for each in found if each.path.exists()]

    def news(self, now: float) -> list[Next]:
        """Files that became whole by `now` (seconds of a steady clock), in the order of their first frames."""
        found = []
        whole = [(path, size) for path, size in self._whole(now)]
        for path, size in whole:
            known = self._given.get(path.name)
            if known is not None and known.size >= size:
                continue
            first = first_time(path)
            if first is None:
                self.unreadable.add(path.name)
                continue
            self.unreadable.discard(path.name)
            given = Given(path.name, first if known is None else known.first, size)
            found.append(Next(path, given, self._read.get(path.name, 0) if known is not None else 0))
        return sorted(found, key=lambda each: (each.given.first, each.given.name))

    def note(self, given: Given) -> None:
        """A file is about to be read: written down before."""
        self._given.pop(given.name, None)
        self._given[given.name] = given
        self._write()

    def read(self, name: str, frames: int) -> None:
        """So many frames of a file were read."""
        self._read[name] = max(frames, self._read.get(name, 0))

    def handed_over(self) -> list[Path]:
        """Files of which everything was handed over and that no later start needs: those of more than a window before
        the one that is being handed over."""
        reached = self._reached()
        if reached is None or reached[0] not in self._given:
            return []
        border = self._given[reached[0]].first - self._window
        done = []
        for name, given in self._given.items():
            if name == reached[0]:
                break
            if given.first < border:
                done.append(self.folder / name)
        return [path for path in done if path.exists()]

    def _whole(self, now: float) -> Iterable[tuple[Path, int]]:
        seen = sorted((path.stat().st_mtime_ns, path.name, path) for path in self.folder.iterdir() if _is_capture(path))
        for place, (_, name, path) in enumerate(seen):
            size = path.stat().st_size
            before = self._sizes.get(name)
            if before is None or before[0] != size:
                before = self._sizes[name] = (size, now)
            settled = SETTLED if place + 1 < len(seen) else SETTLED_LAST
            if size and now - before[1] >= settled:
                yield path, size
        for gone in self._sizes.keys() - {name for _, name, _ in seen}:
            del self._sizes[gone]

    def _write(self) -> None:
        """Files that are gone are forgotten: nobody can give them again."""
        if len(self._given) > MOST_KNOWN:
            self._given = {name: g for name, g in self._given.items() if (self.folder / name).exists()}
        write_whole(self._book, json.dumps([asdict(each) for each in self._given.values()]).encode())


def _is_capture(path: Path) -> bool:
    name = path.name.rstrip("0123456789")
    return not path.name.startswith(".") and name.endswith(SUFFIXES) and path.is_file()


def _read_book(path: Path) -> list[Given]:
    """What is written down; nothing where there is no book, or one that cannot be understood."""
    try:
        return [Given(each["name"], each["first"], each["size"]) for each in json.loads(path.read_bytes())]
    except (OSError, ValueError, KeyError, TypeError):
        return []
