"""The worker's duties: one line each, in the order in which they are done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from api.assessment_jobs import unfinished, work
from api.drilling import Drilling
from api.playbook_desk import desk_of
from api.spool_folders import Intakes
from api.triage import followed
from api.wiring import Wiring
from api.worker import Aside, Duty, Intake, unwatched


def intake_of(wiring: Wiring, spool: Path, *, many: bool, beat: Callable[[], None] = unwatched) -> Intake | Intakes:
    """The duty that takes a spool, or (`many`) all spools below a folder."""
    return Intakes(wiring.store, spool, beat) if many else Intake(wiring.store, spool, beat)


def duties_of(wiring: Wiring, intake: Duty, holder: str) -> tuple[tuple[str, Duty], ...]:
    """Every duty, by name, `intake` first. `holder` names this worker where a duty holds something."""
    return (
        ("intake", intake),
        ("drill", Drilling(wiring, holder)),  # before notifications: its receiver listens before what it raised is told
        ("playbooks", lambda _: desk_of(wiring).work(holder) > 0),
        ("notifications", wiring.notifications.work),
        ("triage", lambda now: followed(wiring.store, wiring.rules, wiring.site.site(), now)),
        ("assessments", Aside(lambda: bool(unfinished(wiring.store)), lambda: work(wiring.store))),
    )
