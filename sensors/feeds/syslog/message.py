"""A syslog message taken apart: RFC 5424, RFC 3164, and the lines that rsyslog writes into files.

RFC 3164 names neither year nor zone: the year is the one that puts the time nearest to when the message came, the zone
is UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sensors.feed.rows import moment

RFC5424 = re.compile(
    r"^(?:<(?P<pri>\d{1,3})>)?1 (?P<time>\S+) (?P<host>\S+) (?P<app>\S+) (?P<pid>\S+) (?P<id>\S+) "
    r"(?P<data>-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: (?P<text>.*))?$",
    re.DOTALL,
)
RFC3164 = re.compile(
    r"^(?:<(?P<pri>\d{1,3})>)?(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (?P<host>\S+) "
    r"(?P<app>[^:\[\s]{1,64})(?:\[(?P<pid>\d+)\])?: ?(?P<text>.*)$",
    re.DOTALL,
)
IN_FILES = re.compile(
    r"^(?P<time>\d{4}-\d\d-\d\dT\S+) (?P<host>\S+) (?P<app>[^:\[\s]{1,64})(?:\[(?P<pid>\d+)\])?: ?(?P<text>.*)$",
    re.DOTALL,
)
CISCO = re.compile(
    r"^(?:<(?P<pri>\d{1,3})>)?(?:\d+: )?(?:(?P<host>[\w.-]+): )?[*.]?(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
    r"(?:\.\d+)?(?: \w+)?: (?P<text>%(?P<app>[A-Z0-9_]+)-\d-[A-Z0-9_]+: .*)$",
    re.DOTALL,
)
HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True)
class Message:
    """`time` is ns since the epoch, None where the message does not say it; `severity` 0 (worst) to 7."""

    time: int | None
    host: str | None
    app: str
    text: str
    severity: int | None = None


def read(text: str, came: int) -> Message | None:
    """The message, which came at `came` (ns); None for what is none."""
    for form in (RFC5424, IN_FILES, RFC3164, CISCO):
        if fits := form.match(text):
            found = fits.groupdict()
            priority = int(found["pri"]) if found.get("pri") else None
            if priority is not None and priority > 191:
                return None
            return Message(
                time=_time(found["time"], came),
                host=None if found["host"] in (None, "-") else found["host"],
                app="" if found["app"] == "-" else found["app"],
                text=(found["text"] or "").removeprefix("\ufeff"),
                severity=None if priority is None else priority & 7,
            )
    return None


def _time(text: str, came: int) -> int | None:
    if text == "-":
        return None
    if text[0].isdigit():
        return moment(text)
    arrived = datetime.fromtimestamp(came // 1_000_000_000, UTC)
    times = []
    for year in (arrived.year - 1, arrived.year, arrived.year + 1):
        try:
            times.append(datetime.strptime(f"{year} {text}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC))
        except ValueError:  # 29 February of a year that has none
            continue
    near = [time for time in times if abs(time - arrived) <= HALF_A_YEAR]
    return int(near[0].timestamp()) * 1_000_000_000 if near else None
