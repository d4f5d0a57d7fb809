"""The clock of the worker is set: what was done while it was wrong must hold nothing up for as long as it was wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.chain_book import MISSING
from api.chains import LOOK, PATIENCE, Chains
from api.intake import Intake
from api.worker import LEASE, Worker
from response.ports import Store
from response.times import SECOND
from tests.integration.test_intake import NOW, counters, spooled

pytest_plugins = ["tests.contract.stores"]
HOUR, YEAR = 3600 * SECOND, 365 * 86_400 * SECOND


def works(store: Store, name: str, now: int) -> bool:
    """Whether a worker of this name gets the lease at this time."""
    return Worker(store, name, lambda: now, [])._holds_lease()


@pytest.mark.parametrize("ahead", [HOUR, YEAR])
def test_a_worker_that_was_killed_while_the_clock_was_ahead_holds_nobody_up(embedded: Store, ahead: int) -> None:
    assert works(embedded, "first", NOW + ahead)
    assert works(embedded, "second", NOW)
    assert not works(embedded, "third", NOW + 1)


def test_a_worker_whose_clock_goes_back_holds_its_lease_by_the_new_time(embedded: Store) -> None:
    assert works(embedded, "first", NOW + YEAR)
    assert works(embedded, "first", NOW)
    assert not works(embedded, "second", NOW + LEASE - 1)
    assert works(embedded, "second", NOW + LEASE + 1)


def test_clocks_of_two_machines_may_be_a_minute_apart(embedded: Store) -> None:
    assert works(embedded, "ahead", NOW + 60 * SECOND)
    assert not works(embedded, "behind", NOW)


def test_a_gap_that_was_noticed_while_the_clock_was_ahead_is_told(embedded: Store, tmp_path: Path) -> None:
    folder = spooled(tmp_path / "spool", 3)
    sorted(folder.glob("*.zip"))[1].unlink()
    chains = Chains(embedded)
    assert Intake(embedded, folder, chains=chains)(NOW + YEAR)
    chains(NOW)
    chains(NOW + PATIENCE - 1)
    assert MISSING not in counters(embedded)
    chains(NOW + PATIENCE + LOOK)
    assert counters(embedded)[MISSING] == 1
