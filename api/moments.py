"""Times in requests: ISO 8601, or a span back from now."""

from __future__ import annotations

from datetime import UTC, datetime

from api.problems import Problem
from response.times import SECOND

SPAN_OR_DAY = r"^(\d{1,4}[mhdw]|20\d\d-(0[1-9]|1[0-2])-\d\d([T ][0-9:.]{5,18}(Z|[+-]\d\d:\d\d)?)?)$"
"""What OpenAPI says of a time: coarse, `since` is exact."""
SPANS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LATEST = 4_102_444_800 * SECOND
"""2100-01-01: what lies beyond is a mistake."""


def since(text: str | None, now: int, name: str) -> int | None:
    """ns since the epoch; None for None. Raises Problem for what is no time."""
    if text is None:
        return None
    try:
        if text[-1:] in SPANS and text[:-1].isdigit() and len(text) < 8:
            return max(0, now - int(text[:-1]) * SPANS[text[-1]] * SECOND)
        when = datetime.fromisoformat(text)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        ns = int(when.timestamp() * 1_000_000) * 1000
    except (ValueError, OverflowError):
        raise Problem(422, "no_time", name=name, value=text[:64]) from None
    if not 0 <= ns <= LATEST:
        raise Problem(422, "no_time", name=name, value=text[:64])
    return ns


def until(text: str, now: int, name: str) -> int:
    """ns since the epoch of a moment to come: ISO 8601, or a span from now on. Raises Problem for what is no time."""
    if text[-1:] in SPANS and text[:-1].isdigit() and len(text) < 8:
        return now + int(text[:-1]) * SPANS[text[-1]] * SECOND
    found = since(text, now, name)
    assert found is not None
    return found
