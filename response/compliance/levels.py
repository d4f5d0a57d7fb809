"""IEC 62443: the level that each zone has not been disproved to reach, per foundational requirement (3-3, Annex B)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detection.site import Site
from response.compliance.assessment import Verdict, ZoneLevel
from response.compliance.deciding import Outcome
from response.compliance.frameworks import Control, Framework

HIGHEST = 4


def zone_levels(
    framework: Framework,
    verdicts: Mapping[str, Verdict],
    outcomes: Mapping[str, Outcome],
    zones: Sequence[str],
    site: Site,
) -> tuple[ZoneLevel, ...]:
    """For each zone and requirement: the highest level of which no selected requirement fails in this zone.

    `measured` counts those of `selected` for which a query passed or failed: a level that nobody looked at is not
    disproved either, so the two numbers belong beside it.
    """
    targets = {zone.id: zone.sl_t for zone in site.zones}
    return tuple(
        _level(zone, requirement, [c for c in framework.controls if c.requirement == requirement], targets.get(zone),
               verdicts, outcomes)
        for zone in zones
        for requirement in framework.requirements
    )  # fmt: skip


def _level(
    zone: str,
    requirement: str,
    controls: Sequence[Control],
    target: int | None,
    verdicts: Mapping[str, Verdict],
    outcomes: Mapping[str, Outcome],
) -> ZoneLevel:
    reached = 0
    for level in range(1, HIGHEST + 1):
        if any(level in c.levels and fails_in(zone, verdicts[c.name], outcomes) for c in controls):
            break
        reached = level
    selected = [control for control in controls if max(reached, 1) in control.levels]
    return ZoneLevel(
        zone=zone,
        requirement=requirement,
        target=target,
        not_disproved=reached,
        measured=sum(bool(verdicts[control.name].decisive) for control in selected),
        selected=len(selected),
    )


def fails_in(zone: str, verdict: Verdict, outcomes: Mapping[str, Outcome]) -> bool:
    """Whether a control fails in a zone. Judged by people, or by what no zone binds: in every zone."""
    if verdict.state != "fail":
        return False
    if verdict.basis != "measured":
        return True
    zones = [outcomes[query].failed_zones for query in verdict.decisive]
    return any(failed is None or zone in failed for failed in zones)
