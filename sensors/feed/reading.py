"""Logs that are read to their end, as one time line: the seam of `sensors.capture`."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from sensors.capture import EventBatch, capture_names
from sensors.feed.complete import Origin
from sensors.feed.feed import Feed
from sensors.feed.found import candidates, covered
from sensors.feed.logfile import LogFile, Mark, fingerprint
from sensors.feed.merging import Merging, Reading
from sensors.feed.tally import Tally

UNREADABLE = (OSError, EOFError, zlib.error)


class LogFiles:
    """Logs of a feed. `sensor` and `segment` go into every event.

    Iterating gives `EventBatch`es; `tally` then says what was read and what could not be, `broken` names files that
    are damaged. Raises OSError for a file that cannot be opened.
    """

    def __init__(self, paths: Sequence[Path], feed: Feed, *, sensor: str, segment: str | None = None) -> None:
        self.files = [each.path for each in candidates(paths, feed)]
        origin = Origin(sensor, segment or sensor)
        self.tally = Tally(origin)
        self.broken: list[Path] = []
        self._merging = Merging(origin, self.tally)
        self._readings: list[tuple[Path, Reading]] = []
        for path, name in zip(self.files, capture_names(self.files), strict=True):
            self._open(path, name, feed)

    def __iter__(self) -> Iterator[EventBatch]:
        yield from self._merging.batches([reading for _, reading in self._readings])
        self.broken += [path for path, reading in self._readings if reading.broken]
        for path in self.broken:
            self.tally.add(self._merging.clock, path.name, "malformed_file", 0)
        yield self._merging.last()

    def close(self) -> None:
        for _, reading in self._readings:
            reading.close()

    def _open(self, path: Path, name: str, feed: Feed) -> None:
        try:
            printed = fingerprint(path, whole=True)
        except (EOFError, zlib.error):
            self.broken.append(path)
            return
        if printed is not None:
            passed = covered(path, self.files, feed)
            file = LogFile(path, 0, whole=True)
            self._readings.append((path, Reading(name, Mark(printed), file, feed.parser(path.name), passed=passed)))
