"""The worker's duties: one line each, in the order in which they are done."""

from __future__ import annotations

from pathlib import Path

from api.triage import followed
from api.wiring import Wiring
from api.worker import Duty, Intake


def duties_of(wiring: Wiring, spool: Path) -> tuple[tuple[str, Duty], ...]:
    """Every duty, by name."""
    return (
        ("intake", Intake(wiring.store, spool)),
        ("triage", lambda now: followed(wiring.store, wiring.rules, wiring.site.site(), now)),
    )
