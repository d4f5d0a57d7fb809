"""What became of an alert before: "seen before, closed as … n times, last by whom"; and how often a rule errs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from response.alerts import RESOLUTIONS, Alert
from response.store_errors import NotFound

FARTHEST = 200
"""Alerts looked back at; a key that was closed more often is a matter for a learned entry."""


@dataclass(frozen=True)
class Precedent:
    """How often this key was closed before (`resolutions` by count), and how it ended the last time (`at` ns)."""

    times: int
    resolutions: Mapping[str, int]
    last: str
    resolution: str | None
    who: str | None
    at: int | None
    reason: str | None


def precedent_of(alert: Alert, look_up: Callable[[str], Alert]) -> Precedent | None:
    """What became of the alerts of the same key before this one; None when it is the first."""
    found: list[Alert] = []
    before = alert.precedent
    while before is not None and len(found) < FARTHEST:
        try:
            found.append(look_up(before))
        except NotFound:  # retention took it
            break
        before = found[-1].precedent
    if not found:
        return None
    last = found[0]
    closing = next((e for e in reversed(last.history) if e.what == "status" and e.after == "closed"), None)
    return Precedent(
        times=len(found),
        resolutions=Counter(each.resolution for each in found if each.resolution is not None),
        last=last.id,
        resolution=last.resolution,
        who=closing.who if closing else None,
        at=closing.at if closing else None,
        reason=closing.reason if closing else None,
    )


@dataclass(frozen=True)
class Accuracy:
    """How the closed alerts of a rule ended. `false_positives` is the share of those with a verdict (duplicates have
    none), None when there are none."""

    rule: str
    closed: int
    resolutions: Mapping[str, int]
    false_positives: float | None


def accuracy(alerts: Iterable[Alert]) -> list[Accuracy]:
    """By rule, the one that errs most first; drills do not count."""
    rules: dict[str, Counter[str]] = {}
    for alert in alerts:
        if alert.status == "closed" and alert.resolution and not alert.drill:
            rules.setdefault(alert.rule, Counter())[alert.resolution] += 1
    found = [_accuracy(rule, ended) for rule, ended in rules.items()]
    return sorted(found, key=lambda a: (-(a.false_positives or 0.0), -a.closed, a.rule))


def _accuracy(rule: str, ended: Counter[str]) -> Accuracy:
    judged = ended.total() - ended["duplicate"]
    share = ended["false_positive"] / judged if judged else None
    return Accuracy(rule, ended.total(), {name: ended[name] for name in RESOLUTIONS if ended[name]}, share)
