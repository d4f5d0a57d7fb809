"""A spool whose disk is full: segments wait within bounds, occurrences longest, and what is lost is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from api import handing_over
from api.handing_over import HandingOver
from api.segment_files import segment_from
from api.storage.admission import admit
from response.ports import AssetRecord, Segment
from sensors.spool import Spool
from tests.contract.store_cases import occurrence, rows
from tests.small_disk import fill, small_disk

ROWS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as made:
        yield made


class Told:
    """What a sensor would say."""

    def __init__(self, folder: Path) -> None:
        self.refused: list[int | None] = []
        self.taken: list[tuple[int, int]] = []
        spool = Spool(folder)
        spool.open_for_writing()
        self.way = HandingOver(
            spool, refused=lambda e: self.refused.append(e.errno), taken=lambda *lost: self.taken.append(lost)
        )


def segment(number: int) -> Segment:
    frame = rows("transaction", ROWS, begin=number * ROWS)
    time = int(frame["@timestamp"].cast(pl.Int64).item(0))
    return Segment(f"s{number:03}", "line-3", time, time + 1, {"transaction": frame}, (occurrence(number),))


def asset(number: int) -> AssetRecord:
    return AssetRecord(f"10.0.0.{number}", {}, 1, 2)


def found(folder: Path) -> list[tuple[Segment, tuple[AssetRecord, ...]]]:
    return [segment_from(each.read()) for each in Spool(folder)]


def test_what_a_full_disk_refuses_waits_and_goes_in_order(folder: Path) -> None:
    told = Told(folder)
    told.way.put(segment(0), (), {})
    block = fill(folder)
    for number in (1, 2, 3):
        told.way.put(segment(number), (), {})
    assert len(found(folder)) == 1
    assert [*(folder / "tmp").iterdir()] == [], "nothing half written takes room"
    assert (len(told.refused), told.taken) == (1, []), "said once, not each time"
    block.unlink()
    told.way.drain()
    assert [each.id for each, _ in found(folder)] == ["s000", "s001", "s002", "s003"]
    assert (told.taken, told.way.error) == ([(0, 0)], None)
    assert all(each.datasets["transaction"].height == ROWS for each, _ in found(folder))


def test_rows_go_first_and_occurrences_last_and_both_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "MOST_ROWS", 3 * ROWS)
    monkeypatch.setattr(handing_over, "MOST_OCCURRENCES", 5)
    told = Told(folder)
    block = fill(folder)
    for number in range(8):
        told.way.put(segment(number), (asset(number),), {})
    block.unlink()
    told.way.drain()
    handed = found(folder)
    assert told.taken == [(5 * ROWS, 3)]
    assert [each.id for each, _ in handed] == ["s003", "s004", "s005", "s006", "s007"]
    assert [len(each.occurrences) for each, _ in handed] == [1] * 5
    assert [each.datasets.get("transaction", pl.DataFrame()).height for each, _ in handed] == [0, 0, ROWS, ROWS, ROWS]
    assert sorted(a.key for _, assets in handed for a in assets) == [f"10.0.0.{n}" for n in range(8)]
    capture = handed[0][0].datasets["capture"]
    lost = dict(capture.select("ot.counter", "ot.count").rows())
    assert lost == {"spool_rows_lost": 5 * ROWS, "spool_occurrences_lost": 3}
    totals = {"spool.rows_lost": 5 * ROWS, "spool.occurrences_lost": 3}
    assert all(dict(each.counters) == totals for each, _ in handed), "what a sensor's page shows stays"
    admitted = admit("one", "capture", capture)
    assert (admitted.dead, admitted.frame.height) == ((), 2), "a store takes these rows"
    assert not any("capture" in each.datasets for each, _ in handed[1:])
