"""Opens capture files and gives their events, batch by batch: the seam between sensors and detection."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sensors import _core
from sensors.dissector.launch import launches
from sensors.fields import Declared, vocabulary
from sensors.fields import dissectors as installed

BATCH_ROWS = 65_536
"""Rows of a batch. Of the mix of real captures twice as many take 30 MB more and end a tenth later, since the core
waits longer for Python; fewer cost more in Python than they gain (measured)."""


@dataclass(frozen=True)
class EventBatch:
    """The datasets of one span of packet time: the one type between sensors and detection.

    `datasets` has a frame for every dataset the core writes, empty where nothing happened; `clock` is the packet time
    (ns since the epoch) up to which everything was told; `counters` are the core's totals so far, by `stage.counter`.
    Of a live sensor: `known` batches were handed over by an earlier run, and only make the state of this one; `reached`
    is the number of the last frame of each capture that is in it.
    """

    datasets: Mapping[str, pl.DataFrame]
    clock: int
    counters: Mapping[str, int] = field(default_factory=dict)
    known: bool = False
    reached: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class BadFile:
    """A capture that could not be read to its end: where and why. `path` is as it was named; `frames` were read
    before; `code` and `parameters` are those of the core (`wire/src/capture/error.rs`)."""

    path: str
    code: str
    parameters: Mapping[str, int | str] = field(default_factory=dict)
    offset: int = 0
    frames: int = 0


@dataclass(frozen=True)
class Fared:
    """How a dissector fared in a run: questions it was asked, troubles it made by kind, why it was switched off (None:
    it was not), what the last trouble said of itself."""

    name: str
    questions: int
    troubles: Mapping[str, int]
    off: str | None
    said: str


@dataclass(frozen=True)
class Position:
    """How far reading is: bytes of the files (packed as they are) of all that there are, None where that cannot be
    known; packets so far."""

    read: int
    whole: int | None
    packets: int


@dataclass(frozen=True)
class Found:
    """Captures among paths, what was passed over and why (a code), and paths with nothing to read."""

    files: tuple[Path, ...]
    passed_over: tuple[tuple[Path, str], ...]
    errors: tuple[BadFile, ...]


def discover(paths: Sequence[Path]) -> Found:
    """Looks for captures in files and folders, by content and in a fixed order; `-` is standard input."""
    files, passed, errors = _core.discover(list(paths))
    return Found(tuple(files), tuple(passed), tuple(map(bad_file, errors)))


class CaptureFiles:
    """Capture files read as one time line by the Rust core.

    `sensor` and `segment` go into every event; `capture_filter` is a capture filter expression. Iterating gives
    `EventBatch`es of about `batch_rows` rows at most; `errors` then names the files that could not be read to their
    end. `dissectors` read what the core does not; those that are installed, where none are named. With `speed` packets
    come at their own pace, so many times as fast, in batches of a quarter of a second, as from an interface.

    Raises `_core.BadFilter` when the filter cannot be understood.
    """

    def __init__(
        self,
        files: Sequence[Path],
        *,
        sensor: str = "analyze",
        segment: str | None = None,
        full: bool = False,
        samples: bool = False,
        capture_filter: str | None = None,
        batch_rows: int = BATCH_ROWS,
        drill: bool = False,
        dissectors: Sequence[Declared] | None = None,
        speed: float | None = None,
    ) -> None:
        used = installed().usable if dissectors is None else dissectors
        self._whole = _size(files)
        self._core = _core.Capture(
            list(files),
            sensor=sensor,
            segment=segment or sensor,
            names=capture_names(files),
            full=full,
            samples=samples,
            filter=capture_filter,
            batch_rows=batch_rows,
            drill=drill,
            dissectors=launches(used),
            speed=speed,
        )

    def __iter__(self) -> Iterator[EventBatch]:
        for batch in self._core:
            yield event_batch(batch)

    @property
    def errors(self) -> tuple[BadFile, ...]:
        return tuple(map(bad_file, self._core.errors))

    @property
    def dissectors(self) -> tuple[Fared, ...]:
        """How the dissectors fare."""
        return tuple(map(fared, self._core.dissectors))

    @property
    def position(self) -> Position:
        """How far it is now; may be asked from any thread, also while a batch is awaited."""
        read, packets = self._core.position
        return Position(read, self._whole, packets)

    def close(self) -> None:
        """Stops reading; may be called at any time."""
        self._core.close()


def event_batch(batch: _core.Batch) -> EventBatch:
    """A batch of the core, with a frame for every dataset."""
    tables = batch.datasets
    return EventBatch({n: _frame(n, tables.get(n)) for n in core_datasets()}, batch.clock, batch.counters)


def fared(standing: _core.DissectorStanding) -> Fared:
    """How a dissector of the core fares."""
    return Fared(standing.name, standing.questions, dict(standing.troubles), standing.off, standing.said)


def core_datasets() -> tuple[str, ...]:
    """Names of the datasets the core writes: all but findings."""
    return tuple(name for name in vocabulary().datasets if name != "finding")


def capture_names(files: Sequence[Path]) -> list[str]:
    """How events name their capture: the file name, with as much of its folder as tells equal names apart.

    Never the whole path: results must not depend on where the files lie.
    """
    names = [path.name for path in files]
    depth = 1
    while len(set(names)) < len(names) and depth < 16:
        depth += 1
        names = ["/".join(path.parts[-depth:]) for path in files]
    return names


def bad_file(error: _core.BadCapture) -> BadFile:
    """As the core tells it."""
    return BadFile(error.path, error.code, error.parameters, error.offset, error.frames)


def _size(files: Sequence[Path]) -> int | None:
    """Bytes of all files; None when one is a pipe or a device, or standard input."""
    whole = 0
    for path in files:
        try:
            about = path.stat()
        except OSError:
            return None
        if not stat.S_ISREG(about.st_mode):
            return None
        whole += about.st_size
    return whole


def _frame(name: str, table: _core.Table | None) -> pl.DataFrame:
    if table is None:
        return vocabulary().empty(name)
    return pl.DataFrame(table)
