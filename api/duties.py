"""The worker's duties: one line each, in the order in which they are done."""

from __future__ import annotations

from pathlib import Path

from api.assessment_jobs import unfinished, work
from api.drilling import Drilling
from api.playbook_desk import desk_of
from api.triage import followed
from api.wiring import Wiring
from api.worker import Aside, Duty, Intake


def duties_of(wiring: Wiring, spool: Path, holder: str) -> tuple[tuple[str, Duty], ...]:
    """Every duty, by name. `holder` names this worker where a duty holds something."""
    return (
        ("intake", Intake(wiring.store, spool)),
        ("drill", Drilling(wiring, holder)),  # before notifications: its receiver listens before what it raised is told
        ("playbooks", lambda _: desk_of(wiring).work(holder) > 0),
        ("notifications", wiring.notifications.work),
        ("triage", lambda now: followed(wiring.store, wiring.rules, wiring.site.site(), now)),
        ("assessments", Aside(lambda: bool(unfinished(wiring.store)), lambda: work(wiring.store))),
    )
