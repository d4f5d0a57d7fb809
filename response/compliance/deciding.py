"""From what a query found, and what could be seen, to its state. One place, so that the rules hold for all of them.

1. What breaks a rule is a fail, however little was seen. 2. Nothing found is a pass only when the capture could have
shown it, the site model declares what is needed, and traffic or records of that kind were there. 3. Else inconclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from response.compliance.assessment import QueryResult, Reason, Visibility
from response.compliance.frameworks import QueryAbout
from response.compliance.gathering import Evidence
from response.compliance.query import VIOLATION, Found, Parameters, Query, Row, ordered, zones_of
from response.compliance.sight import in_the_way

SAMPLE = 50
"""Rows of a result that are kept in an assessment; the digest covers all."""


@dataclass(frozen=True)
class Outcome:
    """A result with all its rows. `failed_zones` are those its violations lie in; None: not bound to a zone, that is
    in all of them."""

    result: QueryResult
    rows: tuple[Row, ...]
    failed_zones: frozenset[str] | None
    broken: tuple[Row, ...]


def outcome(query: Query, about: QueryAbout, evidence: Evidence, visibility: Visibility, given: Parameters) -> Outcome:
    """Runs a query and decides."""
    parameters = {**query.parameters, **given}
    found = query.run(evidence, parameters)
    rows, digest = ordered(found.rows)
    broken = tuple(row for row in rows if row.get(VIOLATION, about.kind == "violation"))
    blind = in_the_way(visibility, query.sight)
    lacking = tuple(_lacking(query, evidence))
    state, reasons = _state(query, found, broken, blind, lacking)
    zones = frozenset().union(*(zones_of(row) for row in broken)) & frozenset(evidence.zones)
    result = QueryResult(
        query=query.name,
        version=query.version,
        kind=about.kind,
        state=state,
        objects=about.objects,
        means=about.means,
        parameters=_plain(parameters),
        start=evidence.start,
        end=evidence.end,
        sensors=tuple(sorted({sensor for zone in visibility.zones for sensor in zone.sensors})),
        zones=evidence.zones,
        rows=len(rows),
        digest=digest,
        sample=rows[:SAMPLE],
        measure=found.measure,
        needed=found.needed,
        reasons=reasons,
        visibility=blind,
    )
    return Outcome(result, rows, zones or None, broken)


def _lacking(query: Query, evidence: Evidence) -> list[Reason]:
    has = declared(evidence)
    return [Reason("not_declared", {"what": word}) for word in query.declared if word not in has]


def declared(evidence: Evidence) -> frozenset[str]:
    """Words of what the site model declares: those of `Site.declared`, assets, sensors and critical."""
    site = evidence.site
    own = {"assets": site.assets, "sensors": site.sensors, "critical": evidence.critical_zones}
    return site.declared() | {word for word, there in own.items() if there}


def _state(
    query: Query, found: Found, broken: tuple[Row, ...], blind: tuple[Reason, ...], lacking: tuple[Reason, ...]
) -> tuple[str, tuple[Reason, ...]]:
    # Without what must be declared, a row may be what nobody declared yet: it is shown, and proves nothing.
    if lacking:
        return "inconclusive", lacking
    if broken:
        told = Reason("violations", {"count": len(broken)})
        doubtful = blind and query.when_blind == "inconclusive"
        return ("inconclusive", (told, *blind)) if doubtful else ("fail", (told,))
    if _short(found):
        told = Reason("above" if found.at_most else "below", {"measure": found.measure, "needed": found.needed})
        if blind and query.when_blind == "inconclusive":
            return "inconclusive", (told, *blind)
        return "fail", (told,)
    if found.unknown or blind:
        return "inconclusive", (*found.unknown, *blind)
    if found.measure is not None and found.needed is not None:
        return "pass", (Reason("reached", {"measure": found.measure, "needed": found.needed}),)
    return "pass", (Reason("nothing_wrong", {"rows": len(found.rows)}),)


def _short(found: Found) -> bool:
    if found.measure is None or found.needed is None:
        return False
    return found.measure > found.needed if found.at_most else found.measure < found.needed


def _plain(parameters: Parameters) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in sorted(parameters.items())}
