"""Times as text: nanoseconds since the epoch (UTC) to ISO 8601 with nine decimals, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000_000_000


def time_text(ns: int) -> str:
    """`2026-11-01T08:00:00.000000001Z` for nanoseconds since the epoch, not before 1970."""
    seconds, rest = divmod(ns, SECOND)
    return f"{_second_text(seconds)}.{rest:09d}Z"


@lru_cache(maxsize=4096)
def _second_text(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def time_ns(text: str) -> int:
    """The nanoseconds since the epoch that `time_text` wrote."""
    whole, rest = text.removesuffix("Z").split(".")
    return int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()) * SECOND + int(rest)
