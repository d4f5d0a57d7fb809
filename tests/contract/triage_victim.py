"""A worker to be killed: follows a store, closes many alerts in bulk and takes it back; dies at the call it is told.

Arguments: address, number of the call (of functions of `response` and the stores) at which it kills itself (0: never).
Run again it goes on where it stopped. At the end it prints how many calls there were.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import response
from api import storage
from api.storage import open_store
from response.alerts import AlertChange
from response.incidents.follow import Incidents
from response.incidents.reach import Judges, every
from response.ports import AlertQuery, Store
from response.triage.bulk import Bulk
from response.triage.follow import Follower
from tests.alert_cases import MATRIX, MINUTE, POLICY, act
from tests.contract.killed_at import killed_at
from tests.contract.store_cases import START, segment

PLACES = (str(Path(storage.__file__).parent), str(Path(response.__file__).parent))
NOW = START + 600 * MINUTE
CLOSE = AlertChange(NOW, "li", "closed", "maintenance", None, "works on line 1")
ALERTS = 24


def fill(store: Store) -> None:
    """What there is before the worker begins."""
    row = [act(n, f"10.0.0.{1 + n % 3}", f"10.0.1.{1 + n}") for n in range(ALERTS)]
    store.write(segment("all", *row))


def work(store: Store) -> None:
    """All of it; what is done already is left."""
    Follower(store, Incidents(store, Judges(MATRIX, POLICY, None), lambda _: ())).turn(NOW)
    bulk = Bulk(store, chunk=5)
    job = begun(bulk, lambda: bulk.begin(CLOSE, AlertQuery(rules=("MB01",))), 0)
    bulk.resume(job)
    bulk.resume(begun(bulk, lambda: bulk.undo(job, NOW + 1, "wang", "too early"), 1))


def begun(bulk: Bulk, begin: Callable[[], str], number: int) -> str:
    """The job, whether this run began it or the one before."""
    known = jobs(bulk.store)
    return known[number] if len(known) > number else begin()


def jobs(store: Store) -> list[str]:
    """Bulk jobs, oldest first."""
    return [stored.id for stored in every(store, "job", what="alerts.bulk")]


def main(url: str, last_call: int) -> None:
    with open_store(url) as store, killed_at(last_call, *PLACES):
        work(store)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
