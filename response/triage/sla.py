"""Until when an alert is to be taken up and closed, by its severity; in the site's working hours where promised so.

Pure: times in ns since the epoch, UTC; the calendar is read in the site's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from detection.site import Calendar, Site
from response.alerts import Alert
from response.triage.policy import Policy, Promise

SECOND = 1_000_000_000
LONGEST = 3660
"""Days looked ahead: a calendar without working time gives what is left as running time."""
KEPT, DUE, LATE = "kept", "due", "late"


@dataclass(frozen=True)
class Term:
    """A promised moment `by` (ns), and its state: kept, due, or late. `done` is when it was done."""

    by: int
    done: int | None
    state: str


@dataclass(frozen=True)
class Terms:
    """Both terms of an alert."""

    acknowledge: Term
    resolve: Term


def terms_of(alert: Alert, policy: Policy, site: Site | None, now: int) -> Terms | None:
    """The terms of an alert, counted from its first packet; None for a severity without a promise."""
    promise = policy.promises.get(alert.severity)
    if promise is None:
        return None
    reached = [(entry.at, entry.after) for entry in alert.history if entry.what == "status"]
    taken = next((at for at, status in reached if status != "new"), None)
    closed = next((at for at, status in reversed(reached) if status == "closed"), None)
    return Terms(
        _term(alert.first_seen, promise.acknowledge, promise, site, taken, now),
        _term(alert.first_seen, promise.resolve, promise, site, closed if alert.status == "closed" else None, now),
    )


def _term(begin: int, span: int, promise: Promise, site: Site | None, done: int | None, now: int) -> Term:
    calendar = site.calendar if site is not None and promise.working else None
    by = working_until(begin, span, calendar, site.zone_info) if site is not None and calendar else begin + span
    late = (done if done is not None else now) > by
    return Term(by, done, LATE if late else KEPT if done is not None else DUE)


def working_until(begin: int, span: int, calendar: Calendar, zone: ZoneInfo) -> int:
    """When `span` ns of working time are over that began at `begin`."""
    day = datetime.fromtimestamp(begin // SECOND, zone).date()
    for _ in range(LONGEST):
        start, end = _hours(day, calendar, zone)
        start = max(start, begin)
        if start < end:
            if span <= end - start:
                return start + span
            span -= end - start
        day += timedelta(days=1)
    return begin + span


def _hours(day: date, calendar: Calendar, zone: ZoneInfo) -> tuple[int, int]:
    """First and last moment of work on a day, equal when there is none."""
    opens = datetime.combine(day, calendar.begin, zone)
    if calendar.word(opens) != "working":
        return 0, 0
    return _ns(opens), _ns(datetime.combine(day, calendar.end, zone))


def _ns(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp()) * SECOND
