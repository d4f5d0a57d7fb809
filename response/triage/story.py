"""The eight questions that the page of an alert answers (console reference §1.5), as codes with parameters.

What the rule's own texts say has codes `rule.*` (`rule.what`, `rule.why`, `rule.do` …), filled when read from the
rule; all others are texts `story.*`. Each question has an answer for every alert, if only that nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from detection.sigma.model import Head
from detection.site import Site
from response.alerts import Alert
from response.incidents.ends import UNKNOWN, name_of
from response.incidents.killchain import Matrix
from response.incidents.reach import seen_between
from response.ports import Store
from response.triage.learning import APPROVAL
from response.triage.policy import MINUTE
from response.triage.precedent import Precedent, precedent_of

QUESTIONS = ("what", "where", "normal", "why", "now", "evidence", "else", "so_what")
AROUND = 15 * MINUTE
MOST = 10
"""Related alerts and captures named; the rest is counted."""


@dataclass(frozen=True)
class Fact:
    """One thing to say: a code and what to fill in."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


Story = Mapping[str, tuple[Fact, ...]]
"""The answers by question, in the order of QUESTIONS."""


@dataclass(frozen=True)
class Related:
    """Another alert near by: `by` says what it has in common (asset, technique, channel), `gap` ns, negative before."""

    alert: str
    rule: str
    severity: str
    by: tuple[str, ...]
    gap: int


@dataclass(frozen=True)
class Around:
    """What the store knows besides the alert."""

    precedent: Precedent | None = None
    related: tuple[Related, ...] = ()


def around(store: Store, alert: Alert) -> Around:
    """Precedent, and alerts of 15 minutes before and after with something in common, the nearest first."""
    near = seen_between(store, alert.first_seen - AROUND, alert.last_seen + AROUND + 1)
    return Around(precedent_of(alert, store.alert), tuple(related(alert, near)))


def related(alert: Alert, others: Iterable[Alert]) -> list[Related]:
    """Those of `others` that share an asset, a technique or the channel, and lie within 15 minutes."""
    found = []
    for other in others:
        gap = _gap(alert, other)
        by = tuple(_common(alert, other))
        if other.id != alert.id and other.drill == alert.drill and by and abs(gap) <= AROUND:
            found.append(Related(other.id, other.rule, other.severity, by, gap))
    return sorted(found, key=lambda r: (abs(r.gap), -len(r.by), r.alert))


def tell(alert: Alert, rule: Head | None, matrix: Matrix, site: Site | None, known: Around) -> Story:
    """The eight answers about an alert; `rule` None when it is not loaded any more."""
    answers = {
        "what": _what(alert),
        "where": _where(alert, site),
        "normal": _normal(alert, rule),
        "why": _why(alert, rule),
        "now": _now(alert, rule),
        "evidence": _evidence(alert),
        "else": _else(alert, known),
        "so_what": _so_what(alert, matrix),
    }
    return {question: tuple(answers[question]) for question in QUESTIONS}


def _what(alert: Alert) -> Iterator[Fact]:
    yield Fact("rule.what")
    seen = {"count": alert.count, "first_seen": alert.first_seen, "last_seen": alert.last_seen}
    yield Fact("story.seen", {**seen, "status": alert.status})
    if alert.drill:
        yield Fact("story.drill")
    if alert.suppressed_by:
        yield Fact("story.held_back", {"record": alert.suppressed_by})


def _where(alert: Alert, site: Site | None) -> Iterator[Fact]:
    for side, end in (("source", alert.source), ("destination", alert.destination)):
        if end:
            yield Fact("story.end", {"side": side, **end, "level": _level(site, end.get("zone"))})
    zones = [str(end.get("zone", UNKNOWN)) for end in (alert.source, alert.destination)]
    if len(set(zones)) > 1:
        yield Fact("story.crosses", {"from": zones[0], "to": zones[1]})
    yield Fact("story.sensor", {"sensor": alert.sensor})


def _normal(alert: Alert, rule: Head | None) -> Iterator[Fact]:
    told = [name for name in ("expected", "since", "support") if alert.explanation.get(name) not in (None, {}, [], "")]
    yield from (Fact("story.explained", {"name": name, "value": alert.explanation[name]}) for name in told)
    if not told:
        yield Fact("story.by_rule")
    learnable = rule.bittern.learnable if rule is not None and rule.bittern is not None else APPROVAL
    yield Fact(f"story.learnable.{learnable}")


def _why(alert: Alert, rule: Head | None) -> Iterator[Fact]:
    yield Fact("rule.described" if rule is not None else "story.rule_gone", {"rule": alert.rule})
    yield Fact("story.rule", {"rule": alert.rule, "version": alert.rule_version})
    for name in ("observed", "learner", "score", "p_value", "maturity"):
        if alert.explanation.get(name) not in (None, {}, [], ""):
            yield Fact("story.explained", {"name": name, "value": alert.explanation[name]})
    if alert.lacking:
        yield Fact("story.lacking", {"needs": list(alert.lacking)})
    if rule is not None and rule.falsepositives:
        yield Fact("rule.harmless")


def _now(alert: Alert, rule: Head | None) -> Iterator[Fact]:
    text = rule.bittern.text["en"] if rule is not None and rule.bittern is not None else None
    if rule is not None and rule.bittern is not None and rule.bittern.safety:
        yield Fact("rule.safety")
    yield from (Fact("rule.do", {"number": number}) for number in range(1, len(text.do if text else ()) + 1))
    owners = {str(end["owner"]): name_of(end) for end in (alert.source, alert.destination) if end.get("owner")}
    yield from (Fact("story.call", {"owner": owner, "asset": asset}) for owner, asset in owners.items())
    if not owners:
        yield Fact("story.no_owner")
    if alert.playbook:
        yield Fact("story.playbook", {"playbook": alert.playbook})


def _evidence(alert: Alert) -> Iterator[Fact]:
    for packets in alert.packets[:MOST]:
        yield Fact("story.packets", {"capture": packets.capture, "first": packets.first, "last": packets.last})
    if len(alert.packets) > MOST:
        yield Fact("story.more", {"count": len(alert.packets) - MOST})
    if not alert.packets:
        yield Fact("story.no_packets")
    yield Fact("story.events", {"count": len(alert.events)})


def _else(alert: Alert, known: Around) -> Iterator[Fact]:
    before = known.precedent
    if before is None:
        yield Fact("story.first_time")
    else:
        last = {"resolution": before.resolution, "who": before.who, "at": before.at, "reason": before.reason}
        yield Fact("story.precedent", {"times": before.times, "resolutions": dict(before.resolutions), **last})
    if alert.incident:
        yield Fact("story.incident", {"incident": alert.incident})
    for other in known.related[:MOST]:
        named = {"alert": other.alert, "rule": other.rule, "severity": other.severity, "by": list(other.by)}
        yield Fact("story.related", {**named, "minutes": round(other.gap / MINUTE)})
    if len(known.related) > MOST:
        yield Fact("story.more", {"count": len(known.related) - MOST})
    if not known.related:
        yield Fact("story.nothing_near")


def _so_what(alert: Alert, matrix: Matrix) -> Iterator[Fact]:
    yield Fact("rule.why")
    for technique in alert.techniques:
        yield Fact("story.technique", {"technique": technique, "tactics": list(matrix.tactics_of(technique))})
    if alert.objects:
        yield Fact("story.objects", {"objects": list(alert.objects)})
    if alert.controls:
        yield Fact("story.controls", {"controls": list(alert.controls)})


def _level(site: Site | None, zone: object) -> int | None:
    """The Purdue level of a zone."""
    return next((z.level for z in site.zones if z.id == zone), None) if site is not None else None


def _gap(alert: Alert, other: Alert) -> int:
    """From the alert to the other: negative before, 0 when they overlap."""
    if other.last_seen < alert.first_seen:
        return other.last_seen - alert.first_seen
    return max(0, other.first_seen - alert.last_seen)


def _common(alert: Alert, other: Alert) -> Iterator[str]:
    mine, theirs = _names(alert), _names(other)
    if len(mine) > 1 and mine == theirs and alert.protocol == other.protocol:
        yield "channel"
    elif set(mine) & set(theirs):
        yield "asset"
    if set(alert.techniques) & set(other.techniques):
        yield "technique"


def _names(alert: Alert) -> Sequence[str]:
    return [name for end in (alert.source, alert.destination) if (name := name_of(end))]
