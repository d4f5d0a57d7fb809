"""The worker's duties: one line each, in the order in which they are done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
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
from response.ports import Store
from response.records import RecordQuery
from response.retention.believed import BelievedClock
from response.retention.sweep import Sweep
from response.store_errors import StoreError
from response.times import time_ns
from sensors.carried_packets import CarriedPackets
from sensors.kept_packets import CARRIED


def intake_of(
    wiring: Wiring, spools: Sequence[Path], *, below: Path | None = None, beat: Callable[[], None] = unwatched
) -> Intake:
    """The duty that takes spools, those below a folder, and what sensors elsewhere sent."""
    chains = Chains(wiring.store)
    carried = CarriedPackets(wiring.settings.data / CARRIED, wiring.settings.packets_keys)
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
        ("retention", Sweep(wiring.store, stored_datasets(), _clock_of(wiring.store))),
        ("assessments", Aside(lambda: bool(unfinished(wiring.store)), lambda: work(wiring.store))),
    )


def _clock_of(store: Store) -> BelievedClock:
    """By the latest moment at which an earlier worker heard a sensor."""
    noted: list[int] = []
    with suppress(StoreError):  # away: what is due then goes by the clock as it is found
        noted = [time_ns(each.body["last_seen"]) for each in store.records(RecordQuery("sensor", limit=500)).items]
    return BelievedClock(time.monotonic_ns, max(noted, default=None))
