"""One worker takes the spools of several sensors, those that come later as well."""

from __future__ import annotations

from pathlib import Path

from api.intake import Intake
from api.segment_files import parcel_of
from api.storage import open_store
from response.ports import Segment
from response.records import RecordQuery
from sensors.spool import Spool


def put(folder: Path, sensor: str) -> None:
    spool = Spool(folder / sensor)
    spool.open_for_writing()
    spool.put(parcel_of(Segment(f"{sensor}1", sensor, 1, 2), ()))


def test_spools_that_are_there_and_those_to_come(tmp_path: Path) -> None:
    folder, beats = tmp_path / "spools", []
    with open_store(f"embedded:{tmp_path / 'store'}") as store:
        intakes = Intake(store, below=folder, beat=lambda: beats.append(1))
        assert not intakes(1)
        put(folder, "eth1")
        put(folder, "eth2")
        (folder / ".hidden").mkdir()
        (folder / "note.txt").write_text("no spool")
        assert intakes(2)
        assert (intakes.counts["segments"], intakes.depth, len(beats)) == (2, 0, 2)
        put(folder, "eth3")
        assert intakes(3)
        assert not intakes(4)
        assert {each.id for each in store.records(RecordQuery("sensor")).items} == {"eth1", "eth2", "eth3"}
        assert intakes.counts["segments"] == 3
