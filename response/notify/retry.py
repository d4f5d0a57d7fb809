"""When a message that did not arrive is tried again."""

from __future__ import annotations

FIRST = 500_000_000
LONGEST = 15 * 60_000_000_000
ASKED_AT_MOST = 60 * 60_000_000_000
"""A receiver may ask for more patience (Retry-After), but not for more than an hour."""
DOUBLINGS = 11


def pause(attempts: int, chance: float, asked: int = 0) -> int:
    """Nanoseconds to wait after `attempts` (from 1) failed: 0.5 s, doubled each time, at most 15 minutes.

    `chance` (0 <= chance < 1) spreads the second half of it, so that channels do not retry in step; `asked` (ns) is
    what the receiver asked for, which is kept at least.
    """
    whole = min(FIRST << min(max(attempts, 1) - 1, DOUBLINGS), LONGEST)
    return max(whole // 2 + int(whole / 2 * chance), min(asked, ASKED_AT_MOST))
