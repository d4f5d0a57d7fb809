"""A clock that leaps is believed when it has kept to it for a day."""

from __future__ import annotations

import pytest

from response.retention.believed import DAY, BelievedClock
from response.times import SECOND

NOW, HOUR, YEAR = 10**18, 3600 * SECOND, 365 * DAY


class Clocks:
    """A system's clock that may be set, and a steady one."""

    def __init__(self, noted: int | None = None) -> None:
        self.steady, self.ahead = 5 * DAY, 0
        self._believed = BelievedClock(lambda: self.steady, noted)

    @property
    def system(self) -> int:
        return NOW + self.steady + self.ahead

    def after(self, seconds: int) -> int:
        """How far what is believed is ahead of the true time after so long."""
        found = 0
        for _ in range(10):
            self.steady += seconds // 10
            found = self._believed(self.system)
        return found - NOW - self.steady


def test_a_clock_that_goes_well_is_believed() -> None:
    clocks = Clocks()
    assert clocks.after(400 * DAY) == 0
    clocks.ahead = 20 * 60 * SECOND  # slewed, or set a little
    assert clocks.after(HOUR) == clocks.ahead


@pytest.mark.parametrize("ahead", [2 * HOUR, YEAR, -2 * HOUR, -YEAR])
def test_a_leap_is_believed_after_a_day(ahead: int) -> None:
    clocks = Clocks()
    clocks.after(HOUR)
    clocks.ahead = ahead
    assert clocks.after(23 * HOUR) == 0
    clocks.ahead = 0
    assert clocks.after(HOUR) == 0, "set right: nothing happened"
    clocks.ahead = ahead
    assert clocks.after(23 * HOUR) == 0, "the day begins anew"
    assert clocks.after(4 * HOUR) == ahead


def test_a_machine_that_begins_with_a_wrong_clock_goes_on_from_what_was_noted() -> None:
    clocks = Clocks(noted=NOW + 5 * DAY - 60 * SECOND)
    clocks.ahead = YEAR
    assert clocks.after(10 * SECOND) == -61 * SECOND
    clocks.ahead = 0
    assert clocks.after(10 * SECOND) == 0


def test_a_machine_that_was_away_for_a_week_waits_a_day() -> None:
    clocks = Clocks(noted=NOW - 2 * DAY)
    assert clocks.after(20 * HOUR) == -7 * DAY - 2 * HOUR
    assert clocks.after(10 * HOUR) == 0


def test_one_that_begins_behind_what_was_noted_is_believed() -> None:
    assert Clocks(noted=NOW + YEAR).after(HOUR) == 0
