"""Several logs read as one time line: line by line in the order of time, then of file, however they are cut.

A log's own time never runs backwards here: a line that says it is earlier than the one before counts as of that one's
time, for a log is written in order and a long connection is told at its end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import polars as pl

from sensors.capture import EventBatch, core_datasets
from sensors.feed.complete import Origin, complete
from sensors.feed.feed import LINE, Parser, Told
from sensors.feed.logfile import Mark, Source
from sensors.feed.tally import SPAN, Tally
from sensors.fields import vocabulary

BLOCK_LINES = 4096
MOST_BLOCKS = 64
"""Blocks of one log that wait while others are behind; beyond that what waits goes on."""


@dataclass
class Block:
    """Lines that were parsed and wait for their turn. `times` never fall; `done` are over."""

    told: Told
    times: Sequence[int]
    offsets: Sequence[int]
    end: int
    number: int
    """Number of the first line, from 1."""
    head: bytes
    done: int = 0


class Reading:
    """A log that is being read. `name` is what events call it."""

    def __init__(self, name: str, mark: Mark, file: Source, parser: Parser, *, passed: bool = False) -> None:
        self.name, self.mark, self._file, self._parser, self._passed = name, mark, file, parser, passed
        self._number, self._time = mark.number, 0
        self.waiting: deque[Block] = deque()
        self.ended = False
        if mark.head:
            parser.take(mark.head.splitlines())

    def fill(self, most: int = BLOCK_LINES) -> None:
        """Reads and parses a block more; `ended` says whether there is more behind it."""
        read = self._file.read(most)
        self.ended = read.ended
        if not read.lines:
            return
        told = self._parser.take(read.lines)
        long = frozenset(read.too_long)
        notes = [note for note in told.notes if note[0] not in long]
        notes += [(line, "malformed_too_long") for line in read.too_long]
        if self._passed:
            told = Told({}, told.times)
            notes = [(line, "passed_told_elsewhere") for line in range(len(read.lines))]
        times = list(accumulate((0 if t is None else t for t in told.times), max, initial=self._time))[1:]
        self._time = times[-1]
        block = Block(replace(told, notes=notes), times, read.offsets, read.end, self._number + 1, self._parser.head)
        self._number += len(read.lines)
        self.waiting.append(block)

    @property
    def broken(self) -> bool:
        """Whether it is damaged."""
        return self._file.broken

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Cut:
    """Lines `first` to `last` (excluded) of a block, whose turn it is."""

    place: int
    reading: Reading
    block: Block
    first: int
    last: int


class Merging:
    """Logs in, batches out. `clock` (ns) is that of the last line so far, 0 before the first one."""

    def __init__(self, origin: Origin, tally: Tally, clock: int = 0) -> None:
        self._origin, self.tally, self.clock = origin, tally, clock

    def batches(self, readings: Sequence[Reading]) -> Iterator[EventBatch]:
        """All that the logs hold by now; `readings` in a fixed order. Each one's `mark` says how far it is told."""
        for reading in readings:
            reading.ended = False
        while True:
            for reading in readings:
                while not reading.waiting and not reading.ended:
                    reading.fill()
            cuts = self._cuts(readings)
            if not cuts:
                return
            yield self._batch(cuts)

    def last(self) -> EventBatch:
        """The counts that are still open."""
        return self._with({"capture": self.tally.due(None)})

    def quiet(self, clock: int) -> EventBatch:
        """Nothing was written until `clock`, which takes effect where it is later."""
        self.clock = max(self.clock, clock)
        return self._with({"capture": self.tally.due(self.clock)})

    def _with(self, frames: dict[str, pl.DataFrame]) -> EventBatch:
        datasets = {name: frames.get(name, vocabulary().empty(name)) for name in core_datasets()}
        counters = {f"feed.{counter}": count for counter, count in sorted(self.tally.totals.items())}
        return EventBatch(datasets, self.clock, counters)

    def _cuts(self, readings: Sequence[Reading]) -> list[Cut]:
        """The lines that come before all that is not read yet."""
        while True:
            waiting = [(place, reading) for place, reading in enumerate(readings) if reading.waiting]
            open_ends = [reading for _, reading in waiting if not reading.ended]
            if len(waiting) <= 1 or not open_ends:
                return [cut for place, reading in waiting for cut in _taken(place, reading, None)]
            first = min(open_ends, key=lambda reading: reading.waiting[-1].times[-1])
            horizon = first.waiting[-1].times[-1]
            cuts = [cut for place, reading in waiting for cut in _taken(place, reading, horizon)]
            if cuts:
                return cuts
            if len(first.waiting) >= MOST_BLOCKS:  # so many lines of one moment: their order is that of the files
                return _taken(readings.index(first), first, None)
            first.fill()

    def _batch(self, cuts: Sequence[Cut]) -> EventBatch:
        lines = self._lines(cuts)
        frames: dict[str, list[pl.DataFrame]] = {}
        for number, cut in enumerate(cuts):
            for name, frame in cut.block.told.frames.items():
                chosen = frame.filter(pl.col(LINE).is_between(cut.first, cut.last, closed="left"))
                if len(chosen):
                    tagged = chosen.with_columns(pl.col(LINE).cast(pl.UInt32), pl.lit(number, pl.UInt32).alias("cut"))
                    frames.setdefault(name, []).append(tagged)
            self._finish(cut)
        datasets = {}
        for name, parts in frames.items():
            # The rows of one line stay in the order in which the feed told them.
            told = pl.concat(parts, how="diagonal_relaxed").with_row_index("row")
            placed = told.join(lines, on=["cut", LINE], how="left").sort("order", "row")
            datasets[name] = complete(name, placed, self._origin)
        counted = self.tally.due(self.clock)
        if len(counted):
            datasets["capture"] = pl.concat([datasets.get("capture", vocabulary().empty("capture")), counted])
        return self._with(datasets)

    def _lines(self, cuts: Sequence[Cut]) -> pl.DataFrame:
        """Each line of the cuts with its turn (`order`), its place and the clock as of it; counts them."""
        parts = []
        for number, cut in enumerate(cuts):
            block, span = cut.block, range(cut.first, cut.last)
            parts.append(
                pl.DataFrame(
                    {
                        "cut": pl.repeat(number, len(span), dtype=pl.UInt32, eager=True),
                        LINE: pl.Series(span, dtype=pl.UInt32),
                        "place": pl.repeat(cut.place, len(span), dtype=pl.UInt32, eager=True),
                        "time": pl.Series(block.times[cut.first : cut.last], dtype=pl.Int64),
                        "offset": pl.Series(block.offsets[cut.first : cut.last], dtype=pl.Int64),
                        "number": pl.Series([block.number + line for line in span], dtype=pl.Int64),
                        "file": pl.repeat(cut.reading.name, len(span), dtype=pl.String, eager=True),
                        "print": pl.repeat(cut.reading.mark.printed, len(span), dtype=pl.String, eager=True),
                    }
                )
            )
        lines = pl.concat(parts).sort("time", "place", "number").with_row_index("order")
        clock = pl.max_horizontal(pl.col("time").cum_max(), pl.lit(self.clock)).alias("ot.clock")
        lines = lines.with_columns(clock)
        self.clock = lines["ot.clock"][-1]
        self._count(cuts, lines)
        return lines.drop("place", "time")

    def _count(self, cuts: Sequence[Cut], lines: pl.DataFrame) -> None:
        spans = lines.group_by("file", pl.col("ot.clock") // SPAN, maintain_order=True).agg(
            pl.len().alias("n"),
            pl.col("number").min(),
            pl.col("ot.clock").min().alias("first"),
            pl.col("ot.clock").max().alias("last"),
        )
        for file, _, count, number, first, last in spans.iter_rows():
            self.tally.add(first, file, "lines", number, count, last)
        noted = {
            (number, line): counters
            for number, cut in enumerate(cuts)
            for line, counters in _notes(cut).items()
        }  # fmt: skip
        if not noted:
            return
        for number, line, place, clock in lines.select("cut", LINE, "number", "ot.clock").iter_rows():
            for counter in noted.get((number, line), ()):
                self.tally.add(clock, cuts[number].reading.name, counter, place)

    def _finish(self, cut: Cut) -> None:
        """What the cut holds is told."""
        reading, block = cut.reading, cut.block
        block.done = cut.last
        is_over = block.done == len(block.times)
        end = block.end if is_over else block.offsets[block.done]
        mark = reading.mark
        reading.mark = Mark(mark.printed, end, block.number + block.done - 1, block.head)
        if is_over:
            reading.waiting.popleft()


def _taken(place: int, reading: Reading, horizon: int | None) -> list[Cut]:
    cuts = []
    for block in reading.waiting:
        last = len(block.times) if horizon is None else bisect_left(block.times, horizon)
        if last > block.done:
            cuts.append(Cut(place, reading, block, block.done, last))
        if last < len(block.times):
            break
    return cuts


def _notes(cut: Cut) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for line, counter in cut.block.told.notes:
        if cut.first <= line < cut.last:
            found.setdefault(line, []).append(counter)
    return found
