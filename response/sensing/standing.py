"""How a sensor stands: never heard, silent, degraded or well, with the reasons. Pure but for `lately`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from detection.site import Limits
from response.compliance.sight import ABSENT, LOSSES
from response.ports import MOST_PER_PAGE, NO_DRILL, EventQuery, Store
from response.times import SECOND, time_text
from sensors.doctor import CHECKS

OK, DEGRADED, SILENT, NEVER = "ok", "degraded", "silent", "never"
STATES = (OK, DEGRADED, SILENT, NEVER)
SILENT_AFTER = 300 * SECOND
"""A sensor sends a segment at least once a minute of packet time; after five minutes without one it is silent."""
RECENT = 3600 * SECOND
"""What it did not see counts as how it is for so long."""
FRAMES, GAPS, DOWN, EVIDENCE = "frames", "gaps", "link_down_ms", "evidence_lost"
FAULT = "fault."
"""What counters of faults of the mirror port begin with."""
FAULTS = tuple(f"{FAULT}{code}" for check in CHECKS for code in check.codes)
WATCHED = tuple(dict.fromkeys((FRAMES, GAPS, DOWN, EVIDENCE, *LOSSES, *ABSENT, *FAULTS)))
"""Counters by which a sensor is well or not."""


@dataclass(frozen=True)
class Reason:
    """Why a sensor is not well: a code of `sensing.reason.*` with its parameters."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """A state of `STATES` and why."""

    state: str
    reasons: tuple[Reason, ...] = ()


def standing(last_seen: int | None, recent: Mapping[str, int], limits: Limits, now: int) -> Standing:
    """How a sensor stands that was heard last at `last_seen` (ns, None: never) and counted this of late."""
    if last_seen is None:
        return Standing(NEVER)
    if now - last_seen > SILENT_AFTER:
        return Standing(SILENT, (Reason("silent", {"since": time_text(last_seen)}),))
    reasons = tuple(_reasons(recent, limits))
    return Standing(DEGRADED if reasons else OK, reasons)


def _reasons(recent: Mapping[str, int], limits: Limits) -> Iterator[Reason]:
    lost, frames = sum(recent.get(name, 0) for name in LOSSES), recent.get(FRAMES, 0)
    whole = lost + frames
    if lost and lost / whole > limits.loss:
        yield Reason("loss", {"share": round(lost / whole, 6), "limit": limits.loss})
    gaps = recent.get(GAPS, 0)
    if gaps and gaps / (gaps + frames) > limits.loss:
        yield Reason("gaps", {"share": round(gaps / (gaps + frames), 6), "limit": limits.loss})
    absent = sum(sign * recent.get(name, 0) for name, sign in ABSENT.items())
    if absent > 0:
        yield Reason("segments_missing", {"count": absent})
    if recent.get(DOWN, 0) > 0:
        yield Reason("link", {"seconds": max(1, recent[DOWN] // 1000)})
    if recent.get(EVIDENCE, 0) > 0:
        yield Reason("evidence", {"count": recent[EVIDENCE]})
    faults = sum(recent.get(name, 0) > 0 for name in FAULTS)
    if faults:
        yield Reason("mirror", {"count": faults})


def lately(store: Store, now: int) -> dict[str, dict[str, int]]:
    """What each sensor counted of late, by sensor and counter, in one question. Raises StoreError."""
    query = EventQuery("capture", max(0, now - RECENT), now, {"ot.counter": WATCHED, **NO_DRILL})
    found = store.group_events(query, ["observer.name", "ot.counter"], MOST_PER_PAGE, ["ot.count"])
    told: dict[str, dict[str, int]] = defaultdict(dict)
    for group in found.groups:
        sensor, counter = map(str, group.values)
        told[sensor][counter] = group.sums[0]
    return told
