"""How long a zone was listened to: what a sensor that was begun again did not hear is no uptime."""

from __future__ import annotations

import polars as pl
import pytest

from response.compliance.sight import TICK, _uptime

HOURS = 12
END = HOURS * TICK


def capture(*absent_ms: int, sensors: int = 1) -> pl.DataFrame:
    rows = [("frames", 5, number) for number in range(sensors)] + [("absent_ms", each, 0) for each in absent_ms]
    return pl.DataFrame(
        {
            "ot.counter": [counter for counter, *_ in rows],
            "ot.count": [count for _, count, _ in rows],
            "observer.name": [f"sensor-{number}" for *_, number in rows],
        }
    )


FRAMES = pl.DataFrame({"begin": [n * TICK for n in range(HOURS)], "end": [(n + 1) * TICK for n in range(HOURS)]})


@pytest.mark.parametrize(
    ("told", "uptime"),
    [
        (capture(), 1.0),
        (capture(36_000), 0.99),
        (capture(18_000, 18_000), 0.99),
        (capture(36_000, sensors=2), 1.0),
        (capture(10_000_000), 0.0),
    ],
    ids=["never away", "36 s of an hour", "twice 18 s", "another sensor listened", "longer than the period"],
)
def test_what_nobody_heard_is_no_uptime(told: pl.DataFrame, uptime: float) -> None:
    assert _uptime(FRAMES, told, 0, END) == uptime
