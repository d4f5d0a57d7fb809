"""How late segments come: percentiles by hop, one set of rows in five minutes of packet time."""

from __future__ import annotations

from api.lateness import MILLISECOND, SPAN, Lateness, spread

BEGUN = 1_700_000_000_000_000_000


def test_rows_come_once_in_five_minutes_and_begin_anew() -> None:
    late = Lateness("one", "store")
    assert late.take(BEGUN) is None, "nothing was noted"
    for number in range(100):
        late.note("stored", BEGUN, BEGUN + number * MILLISECOND)
    assert late.take(BEGUN + SPAN - 1) is None
    rows = late.take(BEGUN + SPAN)
    assert rows is not None
    told = dict(rows.select("ot.counter", "ot.count").rows())
    assert told == {"stored_ms_p50": 50, "stored_ms_p99": 99, "stored_ms_most": 99}
    assert rows["ot.stage"].unique().to_list() == ["store"]
    assert late.take(BEGUN + 3 * SPAN) is None, "what was told is not told again"


def test_a_clock_that_is_behind_counts_as_no_time() -> None:
    late = Lateness("one", "store")
    late.note("stored", BEGUN, BEGUN - SPAN)
    rows = late.take(BEGUN, at_once=True)
    assert rows is not None
    assert set(rows["ot.count"]) == {1}


def test_one_segment_is_its_own_median() -> None:
    assert spread([7]) == {"ms_p50": 7, "ms_p99": 7, "ms_most": 7}
