"""The duty that stores what sensors hand over: from spools on this machine, and from the inbox of those elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from api.chains import Chains
from api.lateness import Lateness
from api.losses import with_losses
from api.segment_files import segment_from
from api.worker import unwatched
from response.ports import AssetRecord, Segment, Store
from response.records import Put
from response.store_errors import Conflict, NotFound
from response.times import time_text
from sensors.carried_packets import CarriedPackets, runs_from
from sensors.run_files import Run
from sensors.segment_file import BadSegment, Manifest
from sensors.spool import Spool, SpooledSegment

MOST_SEGMENTS, MOST_ROWS = 64, 20_000
"""Of one transaction: one segment costs nearly as much as many small ones."""
MOST_BATCHES = 4
"""Of one turn: other folders and duties wait, and the worker's lease is to be renewed."""


@dataclass(frozen=True)
class _Taken:
    spooled: SpooledSegment
    manifest: Manifest
    segment: Segment
    assets: tuple[AssetRecord, ...]
    runs: Sequence[Run]

    @property
    def rows(self) -> int:
        return sum(len(frame) for frame in self.segment.datasets.values())


class Intake:
    """Stores what spools hold, the oldest first. Below `inbox` each folder is the spool of the sensor of its name.
    Below `below` each is a spool, those to come as well. Without `chains` nobody asks whether something is missing, as
    in a folder that goes away. Packets that come along go into `carried`. `beat` is called before each batch: a spool
    that was filled for a day is no hang. `clock` (ns) says how late segments come."""

    def __init__(
        self,
        store: Store,
        *spools: Path,
        below: Path | None = None,
        inbox: Path | None = None,
        chains: Chains | None = None,
        carried: CarriedPackets | None = None,
        beat: Callable[[], None] = unwatched,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._clock = clock
        self._late: dict[str, Lateness] = {}
        self._carried = carried
        self._store, self._spools, self._below, self._inbox, self._beat = store, spools, below, inbox, beat
        self.chains = chains
        self.counts: Counter[str] = Counter()
        """Since it began: `segments` and `events` stored, `refused` segments, `packets_refused` by the disk."""

    @property
    def depth(self) -> int:
        """How many segments wait."""
        return sum(sum(1 for _ in Spool(folder)) for folder, _ in self._folders())

    def __call__(self, now: int) -> bool:
        worked = False
        for folder, sensor in self._folders():
            spool = Spool(folder)
            for batch in islice(self._batches(spool, sensor, now), MOST_BATCHES):
                worked = True
                self._beat()
                if batch:
                    self._keep(spool, batch, now)
        return worked

    def _folders(self) -> Iterator[tuple[Path, str | None]]:
        """Folders, and the sensor that they must be of."""
        for each in self._spools:
            yield each, None
        for each in _folders_below(self._below):
            yield each, None
        for each in _folders_below(self._inbox):
            yield each, each.name

    def _batches(self, spool: Spool, sensor: str | None, now: int) -> Iterator[Sequence[_Taken]]:
        """Segments that are stored together; an empty batch when all of it was refused."""
        batch: list[_Taken] = []
        rows, refused = 0, False
        for spooled in spool:
            claimed = spool.take(spooled)
            if claimed is None:  # the sensor gave it up just now
                continue
            taken = self._read(spool, claimed, sensor, now)
            if taken is None:
                refused = True
                continue
            if batch and not (_go_together(batch[0], taken) and len(batch) < MOST_SEGMENTS and rows < MOST_ROWS):
                yield batch
                batch, rows = [], 0
            batch.append(taken)
            rows += taken.rows
        if batch or refused:
            yield batch

    def _read(self, spool: Spool, claimed: SpooledSegment, sensor: str | None, now: int) -> _Taken | None:
        try:
            whole = claimed.read()
            if sensor is not None and whole.manifest.sensor != sensor:
                raise BadSegment(claimed.path, "other_sensor")
            return _Taken(claimed, whole.manifest, *segment_from(whole), runs_from(whole.files))
        except (BadSegment, KeyError, ValueError, TypeError, AttributeError) as error:
            self._refuse(now, spool.refuse(claimed), error)
            return None

    def _keep(self, spool: Spool, batch: Sequence[_Taken], now: int) -> None:
        self._keep_packets(batch)
        begun = self._clock()
        lateness = self._late.setdefault(batch[0].segment.sensor, Lateness(batch[0].segment.sensor, "store"))
        *others, last = [each.segment for each in batch]
        late = lateness.due(last.last)
        written = self._store.write_all([*others, with_losses(last, late)])
        if late is not None:  # a store that refuses is asked again with the same rows
            lateness.begin_anew()
        self.counts += Counter(segments=len(batch), events=written.events_new)
        if assets := [asset for each in batch for asset in each.assets]:
            self._store.put_assets(assets)
        if self.chains is not None:
            self.chains.note([each.manifest for each in batch], now)
        latest = max((each.segment for each in batch), key=lambda each: each.last)
        if not latest.drill:  # a drill says nothing of the health of capture
            self._note_sensor(latest, now)
            stored = self._clock()
            for each in batch:
                lateness.note("taken", each.segment.last, begun)
                lateness.note("stored", each.segment.last, stored)
        for each in batch:
            spool.done(each.spooled)

    def _keep_packets(self, batch: Sequence[_Taken]) -> None:
        """A disk that refuses evidence, or packets that are none, are no reason to store no alerts: it is counted."""
        if self._carried is None:
            return
        for each in batch:
            try:
                self._carried.keep(each.segment.sensor, each.runs)
            except (OSError, ValueError):
                self.counts["packets_refused"] += 1

    def _note_sensor(self, latest: Segment, now: int) -> None:
        body = {
            "last_seen": time_text(now),
            "packets_until": time_text(latest.last),
            "state": "heard",
            "counters": dict(latest.counters),
            "about": dict(latest.about),
        }
        with suppress(Conflict):  # another worker's note is as good
            try:
                etag = self._store.record("sensor", latest.sensor).etag
            except NotFound:
                etag = None
            self._store.commit([Put("sensor", latest.sensor, body, etag)])

    def _refuse(self, now: int, path: Path, error: Exception) -> None:
        self.counts["refused"] += 1
        body = {
            "at": time_text(now),
            "state": "refused",
            "what": "segment",
            "path": path.name,
            "why": getattr(error, "why", "unreadable"),
        }
        with suppress(Conflict):
            self._store.commit([Put("job", f"refused-{path.name}"[:80], body)])


def _folders_below(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _go_together(one: _Taken, other: _Taken) -> bool:
    return (one.segment.sensor, one.segment.drill) == (other.segment.sensor, other.segment.drill)
