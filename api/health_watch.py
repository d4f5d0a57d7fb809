"""What no packet tells and time brings about: sensors that fall silent, disks that fill, certificates that end. Stated
as rows of `capture`, stage `watch`, and judged by `rules/health`: what comes of it is an alert of class health.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from api import certificates
from api.health_rules import health_rules
from api.storage.admission import stored_datasets
from detection.engine import Detection
from detection.occurrence import Occurrence, text_id
from response.ports import Segment, Store
from response.records import RecordQuery
from response.retention.forecast import disk_outlook, outlooks
from response.retention.sweep import policy_in_force
from response.sensing.counted import counted
from response.sensing.outlook import DAY, FULL, GROWING, Room, room
from response.sensing.standing import FAULT, SILENT_AFTER
from response.times import SECOND, time_ns
from sensors.capture import EventBatch
from sensors.fields import vocabulary

EVERY = 60 * SECOND
STAGE = "watch"
SILENT = "silent_s"
MIRROR = "mirror"
"""The stage at which sensors tell of their mirror ports."""
QUARTER = 900 * SECOND
LOOKED = 2 * QUARTER
"""A sensor that listens looked at its mirror port within so long."""
STORE = "store"
"""By what name the disk of the store is told."""
MEASURED = DAY
"""Over so long before now the growth on a sensor's disk is measured."""
FORGOTTEN = 90 * DAY
"""A sensor that was silent for so long is gone."""
MOST = 1000


@dataclass(frozen=True)
class Fact:
    """A counter of stage `watch` about a sensor, server or store, from `since` to `at` (ns). `key` tells facts apart
    that are told once each."""

    about: str
    counter: str
    count: int
    since: int
    at: int
    key: str

    @property
    def id(self) -> str:
        """The id of its row: the same fact is the same row."""
        return text_id(STAGE, self.about, self.counter, self.key)


@dataclass
class HealthWatch:
    """The worker's duty: looks once a minute. A silence is told once; what is wrong with a mirror port, disks and
    certificates once a day."""

    store: Store
    _next: int = field(default=0, init=False)
    _day: int = field(default=-1, init=False)
    _quarter: int = field(default=-1, init=False)
    _told: set[str] = field(default_factory=set, init=False)
    """Silences that last: what is written again is the same, but costs a look."""

    def __call__(self, now: int) -> bool:
        """One look; whether there was anything to tell. Raises StoreError."""
        if now < self._next:
            return False
        self._next = now + EVERY
        found = [*silences(self.store, now)]
        if now // QUARTER != self._quarter:  # as often as sensors look
            found += mirrors(self.store, now)
        if now // DAY != self._day:  # costs a look at all sensors: once a day, and when the worker begins
            found += [*disks(self.store, now), *ends_of_certificates(self.store, now)]
        news = [fact for fact in found if fact.id not in self._told]
        for fact in news:
            self.store.write(segment_of(fact))
        silent = {fact.id for fact in found if fact.counter == SILENT}
        self._told, self._day, self._quarter = silent, now // DAY, now // QUARTER
        return bool(news)


def silences(store: Store, now: int) -> Iterator[Fact]:
    """Sensors that have been silent for too long, each once a silence."""
    query = RecordQuery("sensor", start=max(0, now - FORGOTTEN), end=now - SILENT_AFTER, limit=MOST)
    for sensor in store.records(query).items:
        since = time_ns(sensor.body["last_seen"])
        yield Fact(sensor.id, SILENT, SILENT_AFTER // SECOND, since, since + SILENT_AFTER, str(since))


def mirrors(store: Store, now: int) -> Iterator[Fact]:
    """What sensors found wrong with their mirror ports when they looked last, each once a day."""
    for sensor in store.records(RecordQuery("sensor", start=max(0, now - LOOKED), limit=MOST)).items:
        for each in counted(store, sensor.id, max(0, now - LOOKED), now).totals:
            if each.stage == MIRROR and each.counter.startswith(FAULT):
                yield _today(sensor.id, f"{MIRROR}.{each.counter.removeprefix(FAULT)}", 1, now)


def disks(store: Store, now: int) -> Iterator[Fact]:
    """Until when there is room: on the disk of each sensor that tells of its own, and on that of the store."""
    for sensor in store.records(RecordQuery("sensor", start=max(0, now - MEASURED), limit=MOST)).items:
        told = counted(store, sensor.id, max(0, now - MEASURED), now)
        yield from _days(sensor.id, room(told.level("free_bytes")), now)
    holdings = store.holdings(now)
    policy, _ = policy_in_force(store, stored_datasets())
    found = disk_outlook(holdings, outlooks(holdings, policy, now))
    yield from _days(STORE, Room(found.state, found.days, None), now)


def _days(about: str, found: Room, now: int) -> Iterator[Fact]:
    if found.state in (GROWING, FULL) and found.days is not None:
        yield _today(about, "disk_days", int(found.days), now)


def ends_of_certificates(store: Store, now: int) -> Iterator[Fact]:
    """How many days each certificate has left."""
    for each in certificates.known(store, now):
        about = f"{each.body['of']} {each.body['name']}"
        yield _today(about, "certificate_days", certificates.days_left(each.body, now), now)


def _today(about: str, counter: str, count: int, now: int) -> Fact:
    return Fact(about, counter, count, now, now, str(now // DAY))


def segment_of(fact: Fact) -> Segment:
    """The fact as a row, with what the rules on health make of it."""
    rows = row_of(fact)
    name = text_id("segment", fact.id)
    return Segment(name, fact.about, fact.since, fact.at, {"capture": rows}, judged(fact.about, rows, fact.at))


def row_of(fact: Fact) -> pl.DataFrame:
    """A row of `capture`."""
    row = {
        "event.dataset": "capture", "@timestamp": fact.since, "event.end": fact.at, "ot.clock": fact.at,
        "event.id": fact.id, "observer.name": fact.about, "ot.stage": STAGE, "ot.counter": fact.counter,
        "ot.count": fact.count, "ot.drill": False,
    }  # fmt: skip
    schema = vocabulary().schema("capture")
    return pl.DataFrame([pl.Series(name, [row.get(name)]).cast(kind) for name, kind in schema.items()])


def judged(about: str, rows: pl.DataFrame, at: int) -> tuple[Occurrence, ...]:
    """What the rules on health make of rows of `capture`."""
    detection = Detection(health_rules(), site=None, known=None, sensor=about)
    words = vocabulary()
    empty = {name: words.empty(name) for name in words.datasets}
    found: Sequence[Occurrence] = detection.process(EventBatch({**empty, "capture": rows}, at)).occurrences
    return (*found, *detection.finish().occurrences)
