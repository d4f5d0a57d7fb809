"""Batches on their way to segments: gathered or one by one, they hold the same rows, occurrences and assets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from api.analysis import load_rules
from api.segment_files import segment_from
from api.sensor import SECOND, Pace, Sensing, sense
from detection.engine import Detection
from response.ports import AssetRecord, Segment
from sensors.capture import CaptureFiles, EventBatch
from sensors.spool import Spool
from tests.needs import PROJECT

WRITE = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"
RULES = load_rules([])


def batches() -> Iterator[EventBatch]:
    """Small ones, with empty ones between them, as a live sensor tells that time goes on."""
    for batch in CaptureFiles([WRITE], sensor="one", batch_rows=7):
        yield batch
        yield EventBatch({name: frame.clear() for name, frame in batch.datasets.items()}, batch.clock, batch.counters)


def handed_over(spool: Path) -> list[tuple[Segment, tuple[AssetRecord, ...]]]:
    return [segment_from(each.read()) for each in Spool(spool)]


def gathered(spool: Path, pace: Pace) -> list[tuple[Segment, tuple[AssetRecord, ...]]]:
    number = Sensing(Spool(spool), detection, sensor="one", pace=pace).run(batches())
    found = handed_over(spool)
    assert len(found) == number
    return found


def detection() -> Detection:
    return Detection(RULES, site=None, known=None, sensor="one")


def rows(found: list[tuple[Segment, tuple[AssetRecord, ...]]]) -> dict[str, list[str]]:
    """Ids of the events by dataset, in order."""
    ids: dict[str, list[str]] = {}
    for segment, _ in found:
        for name, frame in segment.datasets.items():
            ids.setdefault(name, []).extend(frame["event.id"])
    return ids


@pytest.mark.parametrize("pace", [Pace(seconds=1), Pace(seconds=3600), Pace(seconds=0, rows=1, assets_seconds=0)])
def test_gathered_batches_hold_what_single_ones_hold(pace: Pace, tmp_path: Path) -> None:
    sense([WRITE], Spool(tmp_path / "single"), RULES, sensor="one", batch_rows=7)
    single, together = handed_over(tmp_path / "single"), gathered(tmp_path / "together", pace)
    assert rows(together) == rows(single)
    occurrences = [[o.id for segment, _ in found for o in segment.occurrences] for found in (single, together)]
    assert occurrences[0] == occurrences[1] != []
    known = [{asset.key: asset for _, assets in found for asset in assets} for found in (single, together)]
    assert known[0] == known[1] != {}
    assert len({segment.id for segment, _ in together}) == len(together)


def test_an_occurrence_waits_for_nothing_and_silence_is_no_segment(tmp_path: Path) -> None:
    found = gathered(tmp_path, Pace(seconds=3600))
    assert len(found) > 1, "occurrences did not wait for the hour to pass"
    assert all(segment.datasets or segment.occurrences or assets for segment, assets in found)
    counts = [segment.last for segment, _ in found]
    assert counts == sorted(counts)


def test_a_sensor_on_a_silent_wire_is_heard_every_minute(tmp_path: Path) -> None:
    *_, last = batches()
    silent = [EventBatch(last.datasets, last.clock + second * SECOND, last.counters) for second in range(600)]
    Sensing(Spool(tmp_path), detection, sensor="one", pace=Pace()).run(silent)
    heard = [segment.last for segment, _ in handed_over(tmp_path)]
    assert heard[0] - silent[0].clock <= SECOND, "it is known from its first second on"
    assert max(after - before for before, after in pairwise(heard)) == 60 * SECOND
    assert len({segment.id for segment, _ in handed_over(tmp_path)}) == len(heard) < 15, "and not more often"


def test_a_clock_that_is_set_back_begins_another_time_line(tmp_path: Path) -> None:
    Sensing(Spool(tmp_path / "once"), detection, sensor="one", pace=Pace()).run(batches())
    sensing = Sensing(Spool(tmp_path / "twice"), detection, sensor="one", pace=Pace())
    first = sensing.detection
    sensing.run(batch for _ in range(2) for batch in batches())
    assert sensing.detection is not first
    once, twice = (
        [o.id for segment, _ in handed_over(tmp_path / name) for o in segment.occurrences] for name in ("once", "twice")
    )
    assert twice == 2 * once != [], "nothing of the time line before holds anything of the next one back"


def test_played_at_its_pace_a_capture_gives_what_it_gives_at_once(tmp_path: Path) -> None:
    sense([WRITE], Spool(tmp_path / "at_once"), RULES, sensor="one", batch_rows=100_000)
    sense([WRITE], Spool(tmp_path / "played"), RULES, sensor="one", speed=10)
    at_once, played = handed_over(tmp_path / "at_once"), handed_over(tmp_path / "played")
    assert len(played) > len(at_once), "as from an interface: segment by segment while it lasts"
    told = [
        {name: sorted(ids) for name, ids in rows(found).items() if name != "capture"} for found in (at_once, played)
    ]
    assert told[0] == told[1]
    occurrences = [sorted(o.id for segment, _ in found for o in segment.occurrences) for found in (at_once, played)]
    assert occurrences[0] == occurrences[1] != []


@pytest.mark.parametrize("bound", ["ASSETS", "VALUES"])
def test_more_assets_than_a_segment_holds_go_in_several(
    bound: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {asset.key: asset for _, assets in gathered(tmp_path / "one", Pace(seconds=3600)) for asset in assets}
    assert len(whole) > 1
    monkeypatch.setattr(f"api.told_assets.{bound}", 1)
    found = gathered(tmp_path / "several", Pace(seconds=3600))
    assert {asset.key: asset for _, assets in found for asset in assets} == whole
    assert max(len(assets) for _, assets in found) == 1
    assert len({segment.id for segment, _ in found}) == len(found), "each of them is stored"


def test_it_is_told_how_late_segments_are_handed_over(tmp_path: Path) -> None:
    moments = iter(range(10**6))
    late = next(batch.clock for batch in batches())
    sensing = Sensing(
        Spool(tmp_path), detection, sensor="one", pace=Pace(), now=lambda: late + next(moments) * 1_000_000_000
    )
    sensing.run(batches())
    told = {
        counter: count
        for segment, _ in handed_over(tmp_path)
        if "capture" in segment.datasets
        for stage, counter, count in segment.datasets["capture"].select("ot.stage", "ot.counter", "ot.count").rows()
        if stage == "spool"
    }
    assert told.keys() == {"handed_over_ms_p50", "handed_over_ms_p99", "handed_over_ms_most"}
    assert told["handed_over_ms_p50"] <= told["handed_over_ms_p99"] <= told["handed_over_ms_most"]
