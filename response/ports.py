"""The Store port: what every store does for the rest of the program, with its records and queries.

Two implementations stand behind it (`api/storage`): SQLite with Parquet files, and Elasticsearch. One contract suite
(`tests/contract/test_store_*.py`) holds for both. Times are nanoseconds since the epoch, UTC, everywhere in this file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import TracebackType
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

import polars as pl

from detection.occurrence import Occurrence, Packets
from response.alerts import Alert, AlertChange
from response.conditions import Condition
from response.records import AuditLine, Change, Deed, RecordQuery, Stored, Write
from response.retention.holdings import Holdings, Part
from response.retention.policy import Bound

Item = TypeVar("Item")
Scalar = str | int | float | bool | None
MOST_PER_PAGE = 10_000
MOST_GROUPS = 20_000
MOST_GROUPED_BY = 3
MOST_SUMS = 8
MOST_BUCKETS = 2_000
MOST_FACET_VALUES = 1000
NO_DRILL: Mapping[str, Sequence[Scalar]] = {"ot.drill": (False, None)}
"""For `EventQuery.equals`: what is of the plant."""
FACETS = (
    "status", "severity", "class", "rule.name", "resolution", "assignee", "incident", "suppressed_by", "sensor",
    "network.protocol", "threat.technique.id", "source.ip", "source.zone", "source.asset",
    "destination.ip", "destination.zone", "destination.asset",
)  # fmt: skip
"""Fields of alerts that alerts are counted by."""


@dataclass(frozen=True)
class Segment:
    """What a sensor hands over at once: event frames by dataset, occurrences, and its counters.

    `id` names the segment for ever: a store that has it takes nothing of it again. `first` and `last` are the span of
    packet time; `counters` is any JSON object; `drill` says that it tells of a drill and not of the plant; `about` is
    what the sensor says of itself (`software`, `content`: versions), where it does.
    """

    id: str
    sensor: str
    first: int
    last: int
    datasets: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    occurrences: tuple[Occurrence, ...] = ()
    counters: Mapping[str, Any] = field(default_factory=dict)
    drill: bool = False
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What one `write` did. `events_known` were stored before (or twice in the segment); `alerts_touched` are alerts
    that existed and got further occurrences; `dead_letters` are records that cannot be stored, kept aside now."""

    events_new: int = 0
    events_known: int = 0
    occurrences_new: int = 0
    alerts_new: int = 0
    alerts_touched: int = 0
    dead_letters: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Written)))


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items in order; `cursor` asks for those that follow, None when there are none."""

    items: tuple[Item, ...]
    cursor: str | None = None


@dataclass(frozen=True)
class EventPage:
    """Some rows of one dataset in order of time, with every stored column; `cursor` as in `Page`."""

    frame: pl.DataFrame
    cursor: str | None = None


@dataclass(frozen=True)
class EventQuery:
    """Rows of a dataset with `start` <= @timestamp < `end`, with each field of `equals` equal to its value (or one of
    its values; None = not known) and every condition of `where`, and of these `ids` if given; ordered by @timestamp,
    then event.id."""

    dataset: str
    start: int | None = None
    end: int | None = None
    equals: Mapping[str, Scalar | Sequence[Scalar]] = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    ids: tuple[str, ...] | None = None
    limit: int = 100
    cursor: str | None = None
    descending: bool = False


@dataclass(frozen=True)
class EventGroup:
    """Rows that agree in the fields grouped by: their `values` (None = not known), number, first beginning and last
    end, to the millisecond, and the sums asked for (exact up to 2**53; 0 where nothing is known). A row of a connection
    begins with it, and may end weeks later."""

    values: tuple[Scalar, ...]
    count: int
    first: int
    last: int
    sums: tuple[int, ...] = ()


@dataclass(frozen=True)
class EventGroups:
    """Groups, the largest first, then by value. `whole` is False when there were more groups than can be counted:
    those shown are then the largest of the `MOST_GROUPS` looked at."""

    groups: tuple[EventGroup, ...]
    whole: bool


@dataclass(frozen=True)
class EventSum:
    """Rows of a span that begins at `start` (ns) and agree in the fields grouped by: their number, and the sum and the
    greatest of what one field holds (exact up to 2**53; 0 where nothing is known)."""

    start: int
    values: tuple[Scalar, ...]
    count: int
    sum: int
    most: int


@dataclass(frozen=True)
class EventSums:
    """Sums by span, then by value. `whole` is False when there were more of them than can be held: then the first
    `MOST_GROUPS` are here."""

    sums: tuple[EventSum, ...]
    whole: bool


@dataclass(frozen=True)
class AlertQuery:
    """Which alerts, in which order.

    `severity` is the least one; an empty tuple does not restrict. `rules` are names or ids; the addresses are an IP or
    a network in CIDR; `start`, `end` keep alerts seen in that span; each word of `text` must be part of a value of the
    alert. `assignees`: "" means nobody. `suppressed` True keeps only what a mute or a learned entry holds back, False
    leaves it out. `triage` leaves out what is not for the triage queue: classes posture and health, and level
    informational. `sort` is one of `SORTS`.
    """

    SORTS: ClassVar[tuple[str, ...]] = ("last_seen", "first_seen", "severity", "count")

    severity: str | None = None
    classes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    source_ip: str | None = None
    destination_ip: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None
    drill: bool | None = None
    assignees: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    suppressed: bool | None = None
    triage: bool = True
    sort: str = "last_seen"
    descending: bool = True
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True)
class AttributeValue:
    """One value of an attribute of an asset with the evidence for it; `confidence` 0 to 1."""

    value: str
    confidence: float
    evidence: str
    first_seen: int
    last_seen: int
    packets: tuple[Packets, ...] = ()


@dataclass(frozen=True)
class AssetRecord:
    """What is known of an asset. `key` as in `ot.asset_key`; `segment` as in `ot.segment`."""

    key: str
    attributes: Mapping[str, Sequence[AttributeValue]]
    first_seen: int
    last_seen: int
    roles: tuple[str, ...] = ()
    segment: str | None = None


@dataclass(frozen=True)
class DeadLetter:
    """A record that cannot be stored as it is: `kind` event, column or occurrence, `reason` a code, `text` why."""

    id: str
    segment: str
    kind: str
    dataset: str | None
    reason: str
    text: str
    record: Mapping[str, Any]


@dataclass(frozen=True)
class StoreHealth:
    """How the store is. `kind` embedded or elastic; `status` green, yellow, red; `bytes` null when not known."""

    kind: str
    location: str
    version: str
    status: str
    writable: bool
    segments: int
    alerts: int
    dead_letters: int
    bytes: int | None


class Store(Protocol):
    """The port. Every method may raise `StoreError`; all may be called from several threads at once."""

    def write(self, segment: Segment) -> Written:
        """Store a segment exactly once: all of it or nothing visible is lost, and nothing is there twice, whether the
        segment, its events or its occurrences came before. What it returns from is durable and readable."""

    def write_all(self, segments: Sequence[Segment]) -> Written:
        """`write` of several segments of one sensor; what was done in all. Cheaper than one by one, where it can be:
        then in one transaction."""

    def alerts(self, query: AlertQuery) -> Page[Alert]:
        """Alerts in order. A cursor holds all it needs: it never expires."""

    def alert(self, alert_id: str) -> Alert:
        """One alert. Raises NotFound."""

    def count_alerts(self, query: AlertQuery) -> int:
        """How many alerts a query finds, without regard to its page."""

    def alert_facets(self, query: AlertQuery, by: Sequence[str]) -> Mapping[str, tuple[tuple[str | None, int], ...]]:
        """(value, number of alerts) for each of `by`, some of `FACETS`, of the alerts that a query finds: the largest
        `MOST_FACET_VALUES`, then by value; None where it is not known. One alert may have several techniques."""

    def occurrences(self, alert_id: str) -> tuple[Occurrence, ...]:
        """All occurrences of an alert by first_seen, then id. Raises NotFound."""

    def update_alert(self, alert_id: str, change: AlertChange, etag: str) -> Alert:
        """Apply what a person decided. Raises Conflict when `etag` is not the alert's, Invalid, NotFound."""

    def events(self, query: EventQuery) -> EventPage:
        """Rows of one dataset with all its stored columns, those of the context too."""

    def group_events(self, query: EventQuery, by: Sequence[str], limit: int, sums: Sequence[str] = ()) -> EventGroups:
        """The largest `limit` groups of the rows of a query (its order, page and cursor do not matter) by one to
        `MOST_GROUPED_BY` fields that hold one text, whole number or truth value; in each the sum of up to
        `MOST_SUMS` fields that hold one whole number."""

    def events_over_time(self, query: EventQuery, step: int) -> tuple[tuple[int, int], ...]:
        """(start of the span in ns, number of rows) of spans of `step` ns aligned to the epoch, where there are rows.
        Raises Invalid where these could be more than `MOST_BUCKETS`."""

    def sums_over_time(self, query: EventQuery, step: int, by: Sequence[str], of: str) -> EventSums:
        """Rows of a query by spans of `step` ns aligned to the epoch and by one to `MOST_GROUPED_BY` fields, with what
        the whole numbers of the field `of` come to. Raises Invalid where there could be more than `MOST_BUCKETS`."""

    def count_events(self, query: EventQuery) -> int:
        """How many rows a query finds, without regard to its page."""

    def count(self, dataset: str) -> int:
        """How many events of a dataset are stored."""

    def holdings(self, now: int) -> Holdings:
        """What the store holds, and how much of it is of the days before `now`."""

    def parts(self, dataset: str, after: tuple[int, str] | None = None, limit: int = 500) -> tuple[Part, ...]:
        """What events of a dataset are removed by, in order of (first row, id), behind `after`; without what is being
        written into."""

    def parts_holding(self, dataset: str, parts: Sequence[str], events: Collection[str]) -> frozenset[str]:
        """Those of the parts that hold any of the events, by id. One that has gone holds nothing."""

    def remove_parts(self, dataset: str, parts: Sequence[str]) -> None:
        """Remove parts with their rows; those that have gone before are no error. What reads meanwhile sees all of a
        part or nothing of it."""

    def tend(self, dataset: str, bound: Bound) -> bool:
        """One small step towards parts that are neither too many nor too large to be removed under this bound; whether
        there was one to take. No row changes."""

    def put_assets(self, assets: Sequence[AssetRecord]) -> None:
        """Merge what is known of assets into the store; the same input twice is the same as once."""

    def assets(self) -> tuple[AssetRecord, ...]:
        """All assets by key."""

    def asset(self, key: str) -> AssetRecord:
        """One asset. Raises NotFound."""

    def commit(self, writes: Sequence[Write], deed: Deed | None = None) -> tuple[Stored | Alert, ...]:
        """Apply writes with the line of the audit log; what each Put, Decide and Mark left behind, in order.

        Raises Conflict, NotFound, Invalid; then the embedded store has done nothing, and Elasticsearch nothing behind
        the write that failed, whose audit line is followed by one that says so (`refused`).
        """

    def record(self, kind: str, record_id: str) -> Stored:
        """One record. Raises NotFound."""

    def records(self, query: RecordQuery) -> Page[Stored]:
        """Records in order. A cursor holds all it needs: it never expires."""

    def changes(self, after: int, limit: int = 500) -> tuple[Change, ...]:
        """What changed behind change number `after`, in order: alerts (machine and people) and records."""

    def last_change(self) -> int:
        """The number of the latest change, 0 when there is none."""

    def audit(self, after: int = 0, limit: int = 500) -> tuple[AuditLine, ...]:
        """Lines of the audit log behind line number `after`, in order."""

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """What could not be stored, by id."""

    def health(self) -> StoreHealth:
        """How the store is; raises Unreachable rather than to guess."""

    def close(self) -> None:
        """Release files and connections; closing twice is fine."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
