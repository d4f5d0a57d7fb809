"""Packets behind alerts on their way with a segment: cut out of the sensor's ring, and kept where the console is.

They are kept in the form of a ring, one file for each run of frames (`sensors.run_files`), so that the same code finds
them, also after the ring has moved on.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from time import monotonic

from sensors.packet_ring import PacketRing
from sensors.pcap_joining import in_nanoseconds
from sensors.replay import HEADER, RECORD, SECOND
from sensors.run_files import Run, run_files, write_run

INDEX, DATA = "packets.json", "packets.bin"
"""Parts of a segment."""
EVERY = 1.0
MOST_FRAMES = 16
"""Of one run of frames: what an alert is about stands in its first ones."""
MOST_RUNS, MOST_BYTES = 256, 1 << 20
"""Of one segment."""
KEPT_BYTES = 2 << 30
"""What is kept on the worker's side, the oldest giving way."""
SWEPT_AT = 256
"""Files after which the folder is looked through."""


class Carrier:
    """Cuts packets out of a ring that is written just now: what a segment names goes along with a later one. Once in
    `EVERY` seconds at most: each time the file that is being written is read, up to 32 MiB."""

    def __init__(self, ring: PacketRing, sensor: str, clock: Callable[[], float] = monotonic) -> None:
        self._ring, self._sensor, self._clock = ring, sensor, clock
        self._wanted: dict[tuple[str, int, int], None] = {}
        self._taken: float | None = None

    @property
    def waits(self) -> bool:
        return bool(self._wanted)

    def note(self, spans: Iterable[tuple[str, int, int]]) -> None:
        """Frames that are named: capture, first, last. What is too much for a segment is left to the ring."""
        for capture, first, last in spans:
            if "@" in capture and len(self._wanted) < MOST_RUNS:
                self._wanted[(capture, first, min(last, first + MOST_FRAMES - 1))] = None

    def take(self, *, is_last: bool = False) -> dict[str, bytes]:
        """The parts of a segment; none when nothing is there, or before it is time, unless this is the last one. A disk
        that cannot be read costs evidence, no more."""
        now = self._clock()
        if not self._wanted or (not is_last and self._taken is not None and now - self._taken < EVERY):
            return {}
        self._taken = now
        wanted, self._wanted = sorted(self._wanted), {}
        runs: list[Run] = []
        size = 0
        for capture, spans in groupby(wanted, key=lambda each: each[0]):
            try:
                found = self._ring.frames(
                    self._sensor, capture, [(first, last) for _, first, last in spans], MOST_RUNS * MOST_FRAMES
                )
            except OSError:
                continue
            for run in runs_of(capture, found.data, found.numbers):
                size += len(run.data)
                if size <= MOST_BYTES:
                    runs.append(run)
        return parts_of(runs)


def parts_of(runs: Sequence[Run]) -> dict[str, bytes]:
    """Runs as parts of a segment, and none for none."""
    if not runs:
        return {}
    index = [[run.capture, run.first, run.time, len(run.data)] for run in runs]
    return {INDEX: json.dumps(index).encode(), DATA: b"".join(run.data for run in runs)}


def runs_from(files: Mapping[str, bytes]) -> list[Run]:
    """Runs out of the parts of a segment. Raises ValueError for an index that no sensor wrote."""
    if INDEX not in files or DATA not in files:
        return []
    found, place = [], 0
    for capture, first, time, size in json.loads(files[INDEX]):
        numbers = (first, time, size)
        if not isinstance(capture, str) or not all(type(each) is int and each >= 0 for each in numbers):
            raise ValueError(INDEX)
        if Path(capture).name != capture or "@" not in capture:
            raise ValueError(INDEX)
        found.append(Run(capture, first, time, files[DATA][place : place + size]))
        place += size
    return found


class CarriedPackets:
    """The folder in which they are kept, encrypted where there are `keys`."""

    def __init__(self, folder: Path, keys: Sequence[bytes] = (), most: int = KEPT_BYTES) -> None:
        self._folder, self._keys, self._most, self._written = folder, tuple(keys), most, SWEPT_AT

    def keep(self, sensor: str, runs: Sequence[Run]) -> None:
        """Keeps runs; the same ones again change nothing. Raises OSError, and ValueError for one that is none."""
        for run in runs:
            self._written += write_run(self._folder, sensor, run, self._keys) is not None
        if self._written >= SWEPT_AT:
            self._written = 0
            self._sweep()

    def _sweep(self) -> None:
        files = sorted(((path.stat(), path) for path in run_files(self._folder)), key=lambda e: e[0].st_mtime)
        excess = sum(about.st_size for about, _ in files) - self._most
        for about, path in files:
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= about.st_size


def runs_of(capture: str, data: bytes, numbers: Sequence[int]) -> Iterable[Run]:
    """A capture file taken apart where numbers are missing; each part as a ring has it: little-endian, nanoseconds."""
    if not data:
        return
    data = in_nanoseconds(data)
    head, place = data[:HEADER], HEADER
    records: list[tuple[int, int, bytes]] = []
    for number in numbers:
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, place)
        begin, place = place, place + RECORD + captured
        records.append((number, seconds * SECOND + fraction, data[begin:place]))
    for _, group in groupby(enumerate(records), key=lambda each: each[1][0] - each[0]):
        run = [record for _, record in group]
        yield Run(capture, run[0][0], run[0][1], head + b"".join(record for *_, record in run))
