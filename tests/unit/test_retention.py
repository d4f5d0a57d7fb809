"""Bounds as people write them, and forecasts."""

from __future__ import annotations

import pytest

from response.retention.due import age_border
from response.retention.forecast import FULL, GROWING, IDLE, LEVEL, UNKNOWN, disk_outlook, outlooks
from response.retention.holdings import DAY, DatasetHoldings, Holdings
from response.retention.policy import DEFAULTS, BadPolicy, Bound, Policy, changed, policy_of, read_bound, size_text

NOW = 20_000 * DAY + DAY // 2
GB = 10**9


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("flow=30d", Bound(30)),
        ("flow=20GB", Bound(None, 20 * GB)),
        (" flow = 1.5tb , 7D ", Bound(7, 1_500 * GB)),
        ("flow=5000000b", Bound(None, 5_000_000)),
        ("flow=forever", Bound()),
    ],
)
def test_a_bound_is_read(text: str, bound: Bound) -> None:
    assert read_bound(text) == ("flow", bound)


@pytest.mark.parametrize("text", ["", "flow", "flow=", "=30d", "flow=30", "flow=30d,40d", "flow=1GB,2GB", "flow=-1d"])
def test_what_is_no_bound_is_refused(text: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        read_bound(text)
    assert refused.value.code == "form"


@pytest.mark.parametrize(
    ("name", "bound", "code"),
    [("nothing", Bound(1), "dataset"), ("flow", Bound(0), "days"), ("flow", Bound(40_000), "days"),
     ("flow", Bound(None, 999_999), "bytes"), ("flow", Bound(None, 10**19), "bytes")],
)  # fmt: skip
def test_bounds_that_nobody_can_mean(name: str, bound: Bound, code: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        changed(policy_of(["flow"]), {name: bound})
    assert refused.value.code == code


def test_what_is_stored_wins_and_what_is_not_known_is_left_aside() -> None:
    stored = {"datasets": {"flow": {"days": 5, "bytes": None}, "of_later": {"days": 1, "bytes": 1}}}
    policy = policy_of(["flow", "capture", "link"], stored)
    assert policy.bounds == {"flow": Bound(5), "capture": DEFAULTS["capture"], "link": Bound(90)}
    assert policy_of(policy.bounds, {"datasets": policy.record()}) == policy


def test_defaults_keep_what_the_law_asks_for() -> None:
    assert all((DEFAULTS[name].days or 0) >= 180 and DEFAULTS[name].bytes is None for name in ("capture", "finding"))


def test_age_moves_at_midnight() -> None:
    assert age_border(Bound(90), NOW) == age_border(Bound(90), NOW + DAY // 3) == 19_910 * DAY
    assert age_border(Bound(None, 5), NOW) < 0


def held(size: int, per_day: int, dataset: str = "flow", days: int = 5) -> DatasetHoldings:
    """A dataset that has grown for so many days."""
    return DatasetHoldings(dataset, 10, size, 1, 0, NOW, 10 * days, per_day * days, NOW - days * DAY)


@pytest.mark.parametrize(
    ("size", "bound", "state", "days", "kept"),
    [
        (3 * GB, Bound(90, 200 * GB), LEVEL, None, 90.0),
        (3 * GB, Bound(90, 50 * GB), GROWING, 47.0, 50.0),
        (50 * GB, Bound(90, 50 * GB), FULL, 0.0, 50.0),
        (3 * GB, Bound(None, 50 * GB), GROWING, 47.0, 50.0),
        (3 * GB, Bound(), GROWING, None, None),
    ],
)
def test_what_becomes_of_a_dataset(size: int, bound: Bound, state: str, days: float | None, kept: float | None) -> None:
    [found] = outlooks(Holdings((held(size, GB),)), Policy({"flow": bound}), NOW)
    assert (found.state, found.days, found.kept_days, found.bytes_per_day) == (state, days, kept, GB)


def test_what_stands_still_and_what_cannot_be_told() -> None:
    still = DatasetHoldings("flow", 10, GB, 1, 0, 1)
    soon = DatasetHoldings("link", 10, GB, 1, 0, 1, 10, GB, NOW - DAY // 25)
    found = outlooks(Holdings((still, soon)), policy_of(["flow", "link"]), NOW)
    assert [each.state for each in found] == [IDLE, UNKNOWN]
    assert disk_outlook(Holdings((still, soon), disk_free=1), found).state == UNKNOWN


def test_the_disk_is_full_when_the_bounds_together_are_too_large() -> None:
    """Ten and five gigabytes a day; the first stops at 50 GB after four days, the second never."""
    both = (held(10 * GB, 10 * GB, "flow"), held(0, 5 * GB, "link"))
    policy = Policy({"flow": Bound(None, 50 * GB), "link": Bound()})
    for free, day in ((15 * GB, 1.0), (60 * GB, 4.0), (64 * GB, 4.0), (65 * GB, 5.0), (140 * GB, 20.0)):
        holdings = Holdings(both, disk_bytes=500 * GB, disk_free=free)
        found = disk_outlook(holdings, outlooks(holdings, policy, NOW))
        assert (found.state, found.days) == (GROWING, day)
    bounded = Policy({"flow": Bound(None, 50 * GB), "link": Bound(10)})
    enough = Holdings(both, disk_bytes=500 * GB, disk_free=90 * GB)
    found = disk_outlook(enough, outlooks(enough, bounded, NOW))
    assert (found.state, found.days, found.bytes) == (LEVEL, None, 100 * GB)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1_500, "1.5 KB"), (20 * GB, "20 GB"), (10**15, "1000 TB")]
)
def test_sizes_are_read_as_they_are_written(size: int, text: str) -> None:
    assert size_text(size) == text
