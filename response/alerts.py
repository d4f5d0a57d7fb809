"""Folds occurrences into alerts, and applies what people decide about them. Pure: no store, no clock.

An alert is the row of occurrences of one rule and dedup key (vocabulary §5) at one sensor, drills apart. Its machine
fields are always computed from all its occurrences (`folded`), never counted up, so folding twice is folding once.
What people do is kept beside it with an etag of its own, which no machine update changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar

from detection.occurrence import Occurrence, Packets, text_id
from response.store_errors import Conflict, Invalid

Value = TypeVar("Value")

SEVERITIES = ("informational", "low", "medium", "high", "critical")
CLASSES = ("threat", "policy", "posture", "health")
STATUSES = ("new", "in_progress", "closed")
RESOLUTIONS = ("true_positive", "benign_trigger", "false_positive", "maintenance", "duplicate")
TRIAGE_CLASSES = ("threat", "policy")
TRIAGE_SEVERITIES = SEVERITIES[1:]
EVENTS_PER_ALERT = 50
PACKETS_PER_ALERT = 50
JUDGED = (
    "rule", "rule_id", "rule_version", "rule_class", "severity", "techniques", "controls", "objects", "playbook",
    "lacking",
)  # fmt: skip
"""Fields that say how an alert is judged, not what happened."""
EARLIEST_NEEDED = 50
"""How many of the earliest occurrences `folded` looks at: each names at least one event, so more change nothing."""


@dataclass(frozen=True)
class Entry:
    """One line of an alert's history: `who` changed `what` at `at` (ns), and why."""

    at: int
    who: str
    what: str
    before: str | None
    after: str | None
    reason: str | None


@dataclass(frozen=True)
class Alert:
    """An alert: what the machine knows (up to `explanation`), then what people decided. Vocabulary §5, Record."""

    id: str
    precedent: str | None
    sensor: str
    rule: str
    rule_id: str
    rule_version: str
    rule_class: str
    severity: str
    dedup: tuple[str, ...]
    count: int
    occurrences: int
    first_seen: int
    last_seen: int
    events: tuple[str, ...]
    packets: tuple[Packets, ...]
    protocol: str | None
    source: dict[str, Any]
    destination: dict[str, Any]
    parameters: dict[str, Any]
    explanation: dict[str, Any]
    techniques: tuple[str, ...]
    controls: tuple[str, ...]
    objects: tuple[str, ...]
    playbook: str | None
    lacking: tuple[str, ...]
    drill: bool
    status: str = "new"
    resolution: str | None = None
    assignee: str | None = None
    incident: str | None = None
    suppressed_by: str | None = None
    """The record (`mute` or `learned`) that keeps it out of the queue."""
    etag: str = "1"
    history: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class AlertChange:
    """What a person decides. None leaves a field as it is; `assignee` "" means nobody; a `reason` alone is a comment.

    `at` is the time of the decision in ns. `status` closed needs a `resolution`; any other status clears it.
    """

    at: int
    who: str
    status: str | None = None
    resolution: str | None = None
    assignee: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Totals:
    """Sums over all occurrences of an alert."""

    count: int
    occurrences: int


@dataclass(frozen=True)
class Placement:
    """Where the next occurrence of a key goes: into the open alert `alert`, else into a new one after `precedent`."""

    alert: str | None
    precedent: str | None = None


def fold_key(occurrence: Occurrence) -> str:
    """What occurrences of one alert have in common, as an id. Sensor and drill belong to it: cloned cells use equal
    addresses behind different sensors, and a drill never mixes with what is real."""
    o = occurrence
    return _fold_key(o.sensor, o.rule, "drill" if o.drill else "real", o.dedup)


@lru_cache(maxsize=65_536)
def _fold_key(sensor: str, rule: str, reality: str, dedup: tuple[str, ...]) -> str:
    return text_id("alert", sensor, rule, reality, *dedup)


def in_order(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """The order in which occurrences are folded."""
    return sorted(occurrences, key=lambda o: (o.first_seen, o.id))


def placed(thread: Sequence[tuple[str, str]]) -> Placement:
    """Place an occurrence, given (id, status) of the alerts of its key, oldest first."""
    for alert_id, status in reversed(thread):
        if status != "closed":
            return Placement(alert_id)
    return Placement(None, thread[-1][0] if thread else None)


def folded(
    alert_id: str, precedent: str | None, totals: Totals, earliest: Sequence[Occurrence], latest: Occurrence
) -> Alert:
    """The alert that these occurrences make, as new.

    `earliest` are its first occurrences by `in_order`, at least `EARLIEST_NEEDED` or all; `latest` the one with the
    greatest (last_seen, id). What happened (addresses, texts, explanation, evidence) comes from the first, how it is
    judged (version, class, severity, techniques, controls, playbook) from the latest, that is from the present rule.
    """
    first = earliest[0]
    return Alert(
        id=alert_id,
        precedent=precedent,
        sensor=first.sensor,
        dedup=first.dedup,
        count=totals.count,
        occurrences=totals.occurrences,
        first_seen=first.first_seen,
        last_seen=latest.last_seen,
        events=_first_of(chain.from_iterable(o.events for o in earliest), EVENTS_PER_ALERT),
        packets=_first_of(chain.from_iterable(o.packets for o in earliest), PACKETS_PER_ALERT),
        protocol=first.protocol,
        source=first.source,
        destination=first.destination,
        parameters=first.parameters,
        explanation=first.explanation,
        drill=first.drill,
        **_judged(latest),
    )


def continued(known: Alert, totals: Totals, latest: Occurrence) -> Alert:
    """`known` after occurrences that all come behind its first `EARLIEST_NEEDED`: what happened stays, how it is judged
    and how far it goes may change. Arguments as for `folded`."""
    return replace(
        known,
        count=totals.count,
        occurrences=totals.occurrences,
        last_seen=latest.last_seen,
        **_judged(latest),
    )


def appended(known: Alert, totals: Totals, later: Sequence[Occurrence], latest: Occurrence) -> Alert:
    """`known` after occurrences `later`, in order, that all come behind those it has: what `folded` makes of them all,
    without reading the earlier ones again. Other arguments as for `folded`."""
    counted = later[: max(0, EARLIEST_NEEDED - known.occurrences)]
    return replace(
        continued(known, totals, latest),
        events=_first_of(chain(known.events, *(o.events for o in counted)), EVENTS_PER_ALERT),
        packets=_first_of(chain(known.packets, *(o.packets for o in counted)), PACKETS_PER_ALERT),
    )


def _judged(latest: Occurrence) -> dict[str, Any]:
    """What the present rule says of an alert."""
    return {name: getattr(latest, name) for name in JUDGED}


def _first_of(values: Iterable[Value], most: int) -> tuple[Value, ...]:
    return tuple(islice(dict.fromkeys(values), most))


def decided(machine: Alert, people: Alert) -> Alert:
    """`machine` with everything that people decided in `people`."""
    return replace(
        machine,
        status=people.status,
        resolution=people.resolution,
        assignee=people.assignee,
        incident=people.incident,
        suppressed_by=people.suppressed_by,
        etag=people.etag,
        history=people.history,
    )


def fold(occurrences: Iterable[Occurrence]) -> list[Alert]:
    """The alerts of these occurrences where nobody has decided anything yet, by first_seen, then id."""
    rows: dict[str, dict[str, Occurrence]] = {}
    for occurrence in in_order(occurrences):
        rows.setdefault(fold_key(occurrence), {}).setdefault(occurrence.id, occurrence)
    alerts = [_fold_row(list(row.values())) for row in rows.values()]
    return sorted(alerts, key=lambda a: (a.first_seen, a.id))


def _fold_row(row: list[Occurrence]) -> Alert:
    latest = max(row, key=lambda o: (o.last_seen, o.id))
    totals = Totals(sum(o.count for o in row), len(row))
    return folded(row[0].id, None, totals, row[:EARLIEST_NEEDED], latest)


def changed(alert: Alert, change: AlertChange, etag: str) -> Alert:
    """The alert after a person's decision, with a new etag and its history. A change that changes nothing gives the
    alert as it is. Raises Conflict when `etag` is not the alert's, Invalid for a decision that makes no sense."""
    if etag != alert.etag:
        raise Conflict(f"alert {alert.id}", "other_etag", etag=alert.etag, given=etag)
    status, resolution = _outcome(alert, change)
    assignee = alert.assignee if change.assignee is None else change.assignee or None
    steps = [
        ("status", alert.status, status),
        ("resolution", alert.resolution, resolution),
        ("assignee", alert.assignee, assignee),
    ]
    lines = [
        Entry(change.at, change.who, what, before, after, change.reason)
        for what, before, after in steps
        if before != after
    ]
    if change.reason and not lines:
        lines = [Entry(change.at, change.who, "comment", None, None, change.reason)]
    if not lines:
        return alert
    history = (*alert.history, *lines)
    revision = str(int(alert.etag) + 1)
    return replace(alert, status=status, resolution=resolution, assignee=assignee, etag=revision, history=history)


def marked(alert: Alert, incident: str | None, suppressed_by: str | None) -> Alert:
    """The alert with what the machine notes on it: None leaves as it is, "" clears. The etag stays."""
    return replace(
        alert,
        incident=alert.incident if incident is None else incident or None,
        suppressed_by=alert.suppressed_by if suppressed_by is None else suppressed_by or None,
    )


def _outcome(alert: Alert, change: AlertChange) -> tuple[str, str | None]:
    where = f"alert {alert.id}"
    if not change.who:
        raise Invalid(where, "nobody_named")
    status = change.status or alert.status
    if status not in STATUSES:
        raise Invalid(where, "no_such_status", value=status, words=STATUSES)
    if status != "closed":
        if change.resolution is not None:
            raise Invalid(where, "resolution_of_open", status=status)
        return status, None
    resolution = change.resolution or alert.resolution
    if resolution not in RESOLUTIONS:
        raise Invalid(where, "no_such_resolution", value=resolution, words=RESOLUTIONS)
    return status, resolution
