"""A sensor: packets → events → occurrences → segments in the spool, where it meets the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from api.gathered import Gathered
from api.handing_over import HandingOver
from api.lateness import Lateness
from api.losses import with_losses
from api.segment_files import parcel_of
from api.segments import segment_of
from api.surroundings import Surroundings
from api.told_assets import ToldAssets
from detection.baseline import Baseline
from detection.engine import Detection
from detection.sigma.load import RuleSet
from detection.site import Site
from response.ports import AssetRecord, Segment
from sensors.capture import CaptureFiles, EventBatch
from sensors.carried_packets import Carrier
from sensors.inventory import Inventory
from sensors.spool import Spool

BATCH_ROWS = 1000
"""Rows of one segment: small ones, so that the first alerts are there before the last packet is read."""
SECOND = 1_000_000_000


@dataclass(frozen=True)
class Pace:
    """When what was gathered becomes a segment, while packets come: at once when it holds an occurrence, else after
    `seconds` of packet time or `rows` rows. Every `assets_seconds` what is known of assets goes along, and a segment
    goes whatever happened: whoever watches over sensors takes one for dead that is not heard for five minutes."""

    seconds: float = 1.0
    rows: int = 4096
    assets_seconds: float = 60.0


def sense(
    files: Sequence[Path],
    spool: Spool,
    rules: RuleSet,
    *,
    sensor: str,
    site: Site | None = None,
    known: Baseline | None = None,
    drill: bool = False,
    batch_rows: int = BATCH_ROWS,
    speed: float | None = None,
    handed_over: Callable[[int], None] | None = None,
) -> int:
    """Reads the files to their end and hands over segment by segment; gives their number, tells it as it grows. With
    `speed` at the pace of their packets, so many times as fast.

    The last segment holds what is known of assets, save those of a drill, which are not of this plant. Raises what the
    spool's file system raises.
    """
    captures = CaptureFiles(files, sensor=sensor, batch_rows=batch_rows, drill=drill, speed=speed)
    with closing(captures):
        sensing = Sensing(
            spool,
            lambda: Detection(rules, site=site, known=known, sensor=sensor),
            sensor=sensor,
            drill=drill,
            pace=Pace() if speed is not None else None,
            handed_over=handed_over,
        )
        return sensing.run(captures)


class Sensing:
    """Batches on their way to segments. With a `pace` batches are gathered; without one each is a segment.

    With `patient` segments wait while the spool's disk refuses them; without it that is an error. With a `carrier`
    packets that occurrences name go along; with `around` what the sensor says of its disk and of itself. With a wall
    clock (`now`, ns) it is told how late segments are handed over.
    `begun` makes a detection: one for each time line. Packet time that goes back is another one: a clock was set.
    """

    def __init__(
        self,
        spool: Spool,
        begun: Callable[[], Detection],
        *,
        sensor: str,
        drill: bool = False,
        pace: Pace | None = None,
        patient: HandingOver | None = None,
        carrier: Carrier | None = None,
        now: Callable[[], int] | None = None,
        around: Surroundings | None = None,
        handed_over: Callable[[int], None] | None = None,
    ) -> None:
        self._around = around
        self._spool, self._begun, self.detection = spool, begun, begun()
        self._clock: int | None = None
        self._sensor, self._drill, self._pace = sensor, drill, pace
        self._patient, self._carrier, self._told = patient, carrier, handed_over
        self._now, self._lateness = now, Lateness(sensor, "spool")
        self._inventory = Inventory()
        self._assets = ToldAssets(self._inventory)
        self._assets_at: int | None = None
        self._gathered = Gathered()
        self.number = 0

    def run(self, batches: Iterable[EventBatch]) -> int:
        """Takes all batches; the last segment holds what was still open. Gives the number of segments."""
        self._spool.open_for_writing()
        for batch in batches:
            self.take(batch)
        self._end_time_line()
        if self._patient is not None and self._patient.error is not None:
            raise self._patient.error
        return self.number

    def take(self, batch: EventBatch) -> None:
        """Takes one batch."""
        if self._clock is not None and batch.clock < self._clock:
            self._end_time_line()
            self.detection, self._assets_at = self._begun(), None
        self._clock = batch.clock
        if self._pace is None and self._gathered.since is not None:
            self._hand_over(())
        if self._patient is not None and self._patient.error is not None:
            self._patient.drain()
        if self._around is not None:
            batch = self._around.with_rows(batch)
        self._inventory.take(batch.datasets)
        detected = self.detection.process(batch)
        if batch.known:  # an earlier run handed over what comes of it
            return
        self._gathered.add(batch, detected)
        if self._pace is not None and self._is_due(self._pace, batch.clock):
            is_assets_due = self._assets_due(self._pace, batch.clock)
            if is_assets_due:
                self._note_assets()
            waits = self._assets.waits or not self._gathered.is_empty
            if is_assets_due or waits or (self._carrier is not None and self._carrier.waits):
                self._hand_over(self._assets.take(self.detection.roles))
            else:
                self._gathered.take()

    def go_on_with(self, rules: RuleSet, site: Site | None, known: Baseline | None) -> None:
        """From the next batch on other rules, site model and baseline judge, with the state that there is."""
        self._begun = lambda: Detection(rules, site=site, known=known, sensor=self._sensor)
        self.detection = self.detection.successor(rules, site=site, known=known)

    def tell_assets_anew(self) -> None:
        """What is known of assets goes along once more: some of what was told was given up on its way."""
        self._assets.tell_anew()

    def _end_time_line(self) -> None:
        """Hands over what was still open."""
        self._gathered.add_occurrences(self.detection.finish().occurrences)
        self._note_assets()
        for part in count():
            assets = self._assets.take(self.detection.roles)
            self._hand_over(assets, is_last=not self._assets.waits, part=part)
            if not self._assets.waits:
                return

    def _is_due(self, pace: Pace, clock: int) -> bool:
        gathered = self._gathered
        waited = clock - (clock if gathered.since is None else gathered.since)
        return gathered.has_occurrences or gathered.rows >= pace.rows or waited >= pace.seconds * SECOND

    def _assets_due(self, pace: Pace, clock: int) -> bool:
        if self._assets_at is not None and clock - self._assets_at < max(1, pace.assets_seconds * SECOND):
            return False
        self._assets_at = clock
        return True

    def _note_assets(self) -> None:
        """What is known of assets is to be told; nothing of a drill: its assets are not of this plant."""
        if not self._drill:
            self._assets.note(self.detection.roles)

    def _packets_of(self, segment: Segment, *, is_last: bool) -> dict[str, bytes]:
        """Packets that go along: what the segment before it names, for what this one does may not be on the disk yet;
        in the last one everything is."""
        if self._carrier is None:
            return {}
        parts = {} if is_last else self._carrier.take()
        self._carrier.note((p.capture, p.first, p.last) for o in segment.occurrences for p in o.packets)
        return self._carrier.take(is_last=True) if is_last else parts

    def _hand_over(self, assets: Sequence[AssetRecord], *, is_last: bool = False, part: int = 0) -> None:
        """Makes a segment of what was gathered; `part` tells apart those that tell of assets alone at one moment."""
        has_rows = not self._gathered.is_empty
        taken = self._gathered.take()
        if taken is None:
            return
        batch, detected = taken
        about = self._around.about if self._around is not None else None
        segment = segment_of(self._sensor, batch, detected, drill=self._drill, part=part, about=about)
        segment = with_losses(segment, self._lateness.take(segment.last, at_once=is_last))
        if self._patient is None:
            self._spool.put(parcel_of(segment, tuple(assets), batch.reached))
        else:
            self._patient.put(segment, assets, batch.reached, self._packets_of(segment, is_last=is_last))
        if self._now is not None and has_rows:
            self._lateness.note("handed_over", batch.clock, self._now())
        self.number += 1
        if self._told is not None:
            self._told(self.number)
