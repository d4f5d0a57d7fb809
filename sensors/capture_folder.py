"""A folder that another tool fills with captures one after the other (tcpdump -G or -C -W, dumpcap -b, netsniff-ng):
which files are whole, in which order they come, which were handed over already.

A file is whole when a later one is there, or when it did not grow for a while. One that grew after it was read is read
again, up to where it was read as known. One that begins with another packet is another one, by whatever name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sensors._core import first_time, is_capture
from sensors.whole_files import write_whole

FILE = "folder.json"
SUFFIXES = (".pcap", ".pcapng", ".cap", ".dmp", ".gz", ".zst")
"""Names of captures end so, or with a number behind that (tcpdump -C, -W)."""
SETTLED, SETTLED_LAST = 1.0, 5.0
"""Seconds for which a file did not grow that is whole then: one with a later one behind it, and the last."""
ALL = 1 << 62


@dataclass(frozen=True)
class Given:
    """A file that was given to be read: the name by which events know it, the name of the file, the time of its first
    frame (ns), its size and the time of its last change (ns) then."""

    name: str
    file: str
    first: int
    size: int
    changed: int


@dataclass(frozen=True)
class Next:
    """A file to be read; `known` is how many of its frames were handed over before."""

    path: Path
    given: Given
    known: int


@dataclass(frozen=True)
class _Seen:
    path: Path
    size: int
    changed: int
    since: float
    """When it was seen so first (seconds of a steady clock)."""


class CaptureFolder:
    """What a folder holds and what of it was read. `book` is a folder of the sensor's own (its spool) where that is
    written down; `reached` says up to which frame of which file everything was handed over by an earlier run; `window`
    is the packet time before that whose files a sensor that begins again reads once more (ns).

    Raises OSError when the folder cannot be listed or the book not be written.
    """

    def __init__(self, folder: Path, book: Path, reached: Callable[[], tuple[str, int] | None], window: int) -> None:
        self.folder, self._book, self._reached, self._window = folder, book / FILE, reached, window
        self._given: dict[str, Given] = {}
        self._of_file: dict[str, Given] = {}
        self._seen: dict[str, _Seen] = {}
        self._frames: dict[str, int] = {}
        self._strange: dict[str, tuple[int, int]] = {}
        self._firsts: dict[str, tuple[tuple[int, int], int | None]] = {}

    def begin(self) -> list[Next]:
        """What an earlier run began with: the files of its last minutes, to make its state, and what it had not handed
        over of the last one."""
        past = _read_book(self._book)
        reached = self._reached()
        names = [each.name for each in past]
        if reached is None or reached[0] not in names:
            return []
        place = names.index(reached[0])
        for each in past[: place + 1]:
            self._keep(each)
        last = past[place]
        again = [each for each in past[:place] if each.first >= last.first - self._window]
        found = [Next(self.folder / each.file, each, ALL) for each in again]
        found.append(Next(self.folder / last.file, last, reached[1]))
        return [each for each in found if first_time(each.path) == each.given.first]

    def news(self, now: float, strange: Callable[[Path], None]) -> list[Next]:
        """Files that became whole by `now` (seconds of a steady clock), in the order of their first frames. `strange`
        is told once of each that is no capture."""
        found = [each for each in map(self._next, self._whole(now, strange)) if each is not None]
        return sorted(found, key=lambda each: (each.given.first, each.given.name))

    def note(self, given: Given) -> None:
        """A file is about to be read: written down before."""
        self._frames.pop(given.name, None)
        self._keep(given)
        self._write()

    def read(self, name: str, frames: int) -> None:
        """A file was read to its end, of so many frames."""
        self._frames[name] = frames

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
            if given.first < border and self._of_file.get(given.file) == given:
                done.append(self.folder / given.file)
        return [path for path in done if path.name in self._seen]

    def _keep(self, given: Given) -> None:
        self._given.pop(given.name, None)
        self._given[given.name] = self._of_file[given.file] = given

    def _next(self, seen: _Seen) -> Next | None:
        """What is to be read of a whole file; None where that was done."""
        file, known = seen.path.name, self._of_file.get(seen.path.name)
        if known is not None and (known.size, known.changed) == (seen.size, seen.changed):
            return None
        first = self._first(seen)
        if first is None:  # it went away, or was begun anew, a moment ago
            return None
        if known is not None and known.first == first and known.size <= seen.size:
            frames = self._frames.get(known.name)
            given = Given(known.name, file, first, seen.size, seen.changed)
            return Next(seen.path, given, frames) if frames is not None else None  # else it is being read
        name = file if file not in self._given else f"{file}@{first}"
        return Next(seen.path, Given(name, file, first, seen.size, seen.changed), 0)

    def _whole(self, now: float, strange: Callable[[Path], None]) -> Iterator[_Seen]:
        there = sorted(_looked_at(self.folder), key=lambda each: (each[2], each[0].name))
        before, self._seen = self._seen, {}
        for place, (path, size, changed) in enumerate(there):
            known = before.get(path.name)
            is_same = known is not None and (known.size, known.changed) == (size, changed)
            seen = known if known is not None and is_same else _Seen(path, size, changed, now)
            self._seen[path.name] = seen
            if not size or now - seen.since < (SETTLED if place + 1 < len(there) else SETTLED_LAST):
                continue
            if self._is_capture(seen, strange):
                yield seen

    def _is_capture(self, seen: _Seen, strange: Callable[[Path], None]) -> bool:
        """Whether there is a frame in it. One that is no capture at all is told, once as long as it stays so."""
        mark = seen.size, seen.changed
        if self._strange.get(seen.path.name) == mark:
            return False
        if seen.path.name in self._of_file or self._first(seen) is not None:
            return True
        self._strange[seen.path.name] = mark
        if not is_capture(seen.path) and seen.path.exists():
            strange(seen.path)
        return False

    def _first(self, seen: _Seen) -> int | None:
        """Time of its first frame. It is opened once for that: thousands may wait."""
        known = self._firsts.get(seen.path.name)
        if known is None or known[0] != (seen.size, seen.changed):
            known = self._firsts[seen.path.name] = (seen.size, seen.changed), first_time(seen.path)
        return known[1]

    def _write(self) -> None:
        """Files that are gone are forgotten: nobody can give them again. What was reached never is."""
        reached = self._reached()
        latest = reached[0] if reached is not None else None
        kept = {name: g for name, g in self._given.items() if g.file in self._seen or name == latest}
        self._given, self._of_file = kept, {each.file: each for each in kept.values()}
        self._frames = {name: count for name, count in self._frames.items() if name in kept}
        self._strange = {name: mark for name, mark in self._strange.items() if name in self._seen}
        self._firsts = {name: first for name, first in self._firsts.items() if name in self._seen}
        write_whole(self._book, json.dumps([asdict(each) for each in kept.values()]).encode())


def _looked_at(folder: Path) -> Iterator[tuple[Path, int, int]]:
    """Files that are called like captures, with size and time of the last change (ns). Whoever fills the folder also
    empties it: one that goes in between is not there."""
    for path in folder.iterdir():
        name = path.name.rstrip("0123456789")
        if path.name.startswith(".") or not name.endswith(SUFFIXES):
            continue
        try:
            about = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            yield path, about.st_size, about.st_mtime_ns


def _read_book(path: Path) -> list[Given]:
    """What is written down; nothing where there is no book, or one that cannot be understood."""
    try:
        return [Given(**each) for each in json.loads(path.read_bytes())]
    except (OSError, ValueError, KeyError, TypeError):
        return []
