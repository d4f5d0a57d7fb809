"""Logs that are read while they grow, through rotation, and on after a restart: the seam of `sensors.capture`.

A log may be renamed, packed, copied and emptied, or begun anew; files are known by what they begin with, so each is
read once and to its end, as long as it is there when it is looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensors.capture import EventBatch
from sensors.feed.complete import Origin
from sensors.feed.feed import Feed
from sensors.feed.found import candidates, covered
from sensors.feed.logfile import LogFile, Mark, fingerprint
from sensors.feed.merging import Merging, Reading
from sensors.feed.reading import UNREADABLE
from sensors.feed.state import State
from sensors.feed.tally import Tally

POLL = 0.5
"""Seconds between two looks at files that did not grow."""
LATE = 5_000_000_000
"""How much later a line may be written than what it tells of, ns: the clock of a silent log stays behind by so much."""
SECOND = 1_000_000_000
MOST_OPEN = 128


@dataclass
class Followed:
    """A file as it was looked at last."""

    path: Path
    stat: tuple[int, int, int]
    """Number, bytes and time of change."""
    printed: str | None
    reading: Reading | None = None
    is_read: bool = False
    """Whether it was read to the end that it had then."""


class Following:
    """Logs of a feed, until `finish`. `state` is how far reading has come before; `standing` how far it is told now.

    `elapsed` gives seconds of a clock that nobody sets, `pause` waits for so many seconds or until `finish`;
    `refused` is told once of a file that cannot be read, and what the system says. It is tried again at each look.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        feed: Feed,
        *,
        sensor: str,
        segment: str | None = None,
        state: State | None = None,
        elapsed: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
        refused: Callable[[Path, str], object] = lambda *_: None,
    ) -> None:
        state = state or State()
        origin = Origin(sensor, segment or sensor)
        self._paths, self._feed, self._elapsed = list(paths), feed, elapsed
        self._end = threading.Event()
        self._pause, self._refused = pause or self._end.wait, refused
        self.tally = Tally(origin)
        self.tally.restore(state.tally)
        self._merging = Merging(origin, self.tally, state.clock)
        self._marks = dict(state.marks)
        self._newest = state.newest
        self._resumed = bool(state.marks)
        self._followed: dict[Path, Followed] = {}
        self.standing = state
        self.unreadable: set[Path] = set()

    def __iter__(self) -> Iterator[EventBatch]:
        since, clock = self._elapsed(), self._merging.clock
        while not self._end.is_set():
            grown = self._look()
            for batch in self._merging.batches([each.reading for each in grown if each.reading]):
                self._stand()
                since, clock = self._elapsed(), batch.clock
                yield batch
            if clock:
                yield self._merging.quiet(clock + int((self._elapsed() - since) * SECOND) - LATE)
            if not grown:
                self._pause(POLL)
        for each in self._followed.values():
            _close(each)

    def finish(self) -> None:
        """Ends after what is read by now. May be called by a signal handler, and twice."""
        self._end.set()

    def _stand(self) -> None:
        for each in self._followed.values():
            if each.reading is not None:
                mark = each.reading.mark
                self._marks.pop(mark.printed, None)  # what was read last is forgotten last
                self._marks[mark.printed] = mark
        self.standing = State(dict(self._marks), self._merging.clock, self._newest, self.tally.saved())

    def _look(self) -> list[Followed]:
        """Files that changed since the last look, in order, each ready to be read on."""
        self._close_old()
        found = candidates(self._paths, self._feed, left=True)
        present = {each.path for each in found}
        for gone in self._followed.keys() - present:
            _close(self._followed.pop(gone))
        changed = []
        for each in found:
            try:
                if self._is_changed(each.path, is_left=each.is_left):
                    changed.append(each.path)
            except FileNotFoundError:
                continue  # renamed just now; it is found under its new name
            except UNREADABLE as error:
                if each.path not in self.unreadable:
                    self._refused(each.path, getattr(error, "strerror", None) or str(error))
                self.unreadable.add(each.path)
        paths = list(present)
        held = {each.printed for path, each in self._followed.items() if each.reading and path not in changed}
        ready = []
        # A copy that rotation makes begins as what it is a copy of: the one that is being read goes first.
        for path in sorted(changed, key=lambda path: (self._followed[path].reading is None, path)):
            followed = self._followed[path]
            if followed.printed is None or followed.printed in held:
                continue
            try:
                self._open(followed, followed.printed, passed=covered(path, paths, self._feed))
            except FileNotFoundError:
                continue
            held.add(followed.printed)
            ready.append(followed)
        return sorted(ready, key=lambda each: each.path)

    def _is_changed(self, path: Path, *, is_left: bool) -> bool:
        about = path.stat()
        stat = about.st_ino, about.st_size, about.st_mtime_ns
        known = self._followed.get(path)
        if known is not None and known.stat == stat and (known.is_read or known.printed is None):
            return False
        printed = fingerprint(path, whole=False)
        if is_left and printed not in self._marks and not (self._resumed and about.st_mtime_ns > self._newest):
            return False  # what was rotated before anybody asked for it
        if known is not None and known.printed == printed and known.stat[0] == about.st_ino:
            known.stat, known.is_read = stat, False
            return True
        if known is not None:
            _close(known)
        self._followed[path] = Followed(path, stat, printed)
        return True

    def _open(self, followed: Followed, printed: str, *, passed: bool) -> None:
        self._newest = max(self._newest, followed.stat[2])
        if followed.reading is None:
            mark = self._marks.get(printed, Mark(printed))
            parser = self._feed.parser(followed.path.name)
            file = LogFile(followed.path, mark.offset, whole=False)
            followed.reading = Reading(followed.path.name, mark, file, parser, passed=passed)
        followed.is_read = True

    def _close_old(self) -> None:
        """Keeps no more files open than may be; those that changed last stay."""
        held = sorted((each for each in self._followed.values() if each.reading), key=lambda each: each.stat[2])
        for each in held[:-MOST_OPEN]:
            _close(each)


def _close(followed: Followed) -> None:
    if followed.reading is not None:
        followed.reading.close()
        followed.reading = None
