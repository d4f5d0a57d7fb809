"""Many messages as one with counts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from response.alerts import SEVERITIES
from response.notify.message import WHYS, due_at
from response.notify.news import News, Subject
from response.records import Stored

Group = tuple[str, str, bool, int]
"""Channel, route, drill or real, and when the digest is due: what is gathered into one message."""


def window_end(now: int, period: int) -> int:
    """When the digest of what is held now is due: the next multiple of the period (ns)."""
    return (now // period + 1) * period


def groups(held: Iterable[Stored]) -> dict[Group, list[Stored]]:
    """Held messages by the digest that will take them up."""
    found: dict[Group, list[Stored]] = {}
    for message in held:
        body = message.body
        group = (body["channel"], body["route"], body["drill"], due_at(body))
        found.setdefault(group, []).append(message)
    return found


def digest_news(group: Group, members: Sequence[Stored]) -> News:
    """The news of a digest: how many, of which severity and kind, the rules behind them, and why they were held."""
    _, route, drill, due = group
    bodies = [message.body for message in members]
    return News(
        "digest",
        Subject("route", route),
        due,
        sequence=f"{due}:{'drill' if drill else 'real'}",
        severity=max((b["severity"] for b in bodies if b["severity"]), key=SEVERITIES.index, default=None),
        drill=drill,
        parameters={
            "count": len(bodies),
            "since": min(body["at"] for body in bodies),
            "until": max(body["at"] for body in bodies),
            "route": route,
            "severities": _counted((b["severity"] for b in bodies), list(reversed(SEVERITIES))),
            "kinds": _counted((b["kind"] for b in bodies), None),
            "rules": _counted((b["rule"] for b in bodies), None),
            "why": _counted((b["why"] for b in bodies), list(WHYS)),
        },
        facts={"count": len(bodies), "messages": [message.id for message in members][:100]},
    )


def _counted(words: Iterable[Any], order: Sequence[str] | None) -> Mapping[str, int]:
    """Counts by word, None left out; in the order given, else the most frequent first, then by name."""
    counts = Counter(word for word in words if word is not None)
    if order is not None:
        return {word: counts[word] for word in order if counts[word]}
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
