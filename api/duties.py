"""The worker's duties: one line each, in the order in which they are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from api.assessment_jobs import unfinished, work
from api.chains import Chains
from api.drilling import Drilling
from api.health_watch import HealthWatch
from api.intake import Intake
from api.playbook_desk import desk_of
from api.storage.admission import stored_datasets
from api.triage import followed
from api.wiring import Wiring
from api.worker import Aside, Duty, unwatched
from response.holds.holding import Holding
from response.retention.sweep import Sweep
from sensors.carried_packets import CarriedPackets
from sensors.kept_packets import CARRIED


def intake_of(
    wiring: Wiring, spools: Sequence[Path], *, below: Path | None = None, beat: Callable[[], None] = unwatched
) -> Intake:
    """The duty that takes spools, those below a folder, and what sensors elsewhere sent."""
    chains = Chains(wiring.store)
    carried = CarriedPackets(wiring.settings.data / CARRIED)
    inbox = wiring.settings.inbox
    return Intake(wiring.store, *spools, below=below, inbox=inbox, chains=chains, carried=carried, beat=beat)


def duties_of(wiring: Wiring, intake: Intake, holder: str) -> tuple[tuple[str, Duty], ...]:
    """Every duty, by name, `intake` first. `holder` names this worker where a duty holds something."""
    return (
        ("intake", intake),
        *((("chains", intake.chains),) if intake.chains is not None else ()),
        ("drill", Drilling(wiring, holder)),  # before notifications: its receiver listens before what it raised is told
        ("playbooks", lambda _: desk_of(wiring).work(holder) > 0),
        ("notifications", wiring.notifications.work),
        ("triage", lambda now: followed(wiring.store, wiring.rules, wiring.site.site(), now)),
        ("health", HealthWatch(wiring.store)),
        ("holds", Holding(wiring.store, wiring.settings.data, wiring.settings.packets_keys)),
        ("retention", Sweep(wiring.store, stored_datasets())),
        ("assessments", Aside(lambda: bool(unfinished(wiring.store)), lambda: work(wiring.store))),
    )
