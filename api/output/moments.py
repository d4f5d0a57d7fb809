"""Times: ISO 8601 in UTC for programs, the reader's time zone for people. All from ns since the epoch."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

SECOND = 1_000_000_000


def iso(nanoseconds: int) -> str:
    """`2026-11-24T00:14:39.258000000Z`, exact to the nanosecond."""
    seconds, rest = divmod(nanoseconds, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def clock(nanoseconds: int, zone: tzinfo) -> str:
    """`2026-11-24 08:14:39` in a time zone, fractions cut."""
    return f"{datetime.fromtimestamp(nanoseconds // SECOND, zone):%Y-%m-%d %H:%M:%S}"


def span(first: int, last: int, zone: tzinfo) -> str:
    """First to last moment with the offset from UTC: `2026-11-24 08:14:39 – 08:14:41 +08:00`.

    The second one goes without its date where that is the same, and is left out where all is the same.
    """
    start, end = clock(first, zone), clock(last, zone)
    if start == end:
        return f"{start} {offset(last, zone)}"
    return f"{start} – {end[11:] if start[:10] == end[:10] else end} {offset(last, zone)}"


def offset(nanoseconds: int, zone: tzinfo) -> str:
    """`UTC`, or `+08:00` where clocks are eight hours ahead at that moment."""
    shown = f"{datetime.fromtimestamp(nanoseconds // SECOND, zone):%z}"
    return "UTC" if shown == "+0000" else f"{shown[:3]}:{shown[3:]}"


def duration(nanoseconds: int) -> str:
    """`2 d 03:04:05`, `02:34`, `5.6 s`: read by people of any language."""
    if nanoseconds < 60 * SECOND:
        return f"{nanoseconds / SECOND:.1f} s"
    minutes, seconds = divmod(nanoseconds // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours:02d}:{minutes:02d}:{seconds:02d}"
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def moment(text: str, zone: tzinfo) -> int:
    """ns of an ISO 8601 time or date; without an offset it is meant in `zone`. Raises ValueError."""
    found = datetime.fromisoformat(text)
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    return int(aware.timestamp()) * SECOND + aware.microsecond * 1000
