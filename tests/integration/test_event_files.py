"""`--events`: every row leaves once, however many batches it came in, and nothing of an older result stays."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from api.analysis import Options, analyse
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

DEMO = PROJECT / "rules" / "demo" / "demo.pcap"
RULES = shipped_rule_set()


@pytest.mark.parametrize("batch_rows", [100, 65_536])
def test_a_folder_holds_one_file_a_dataset_with_every_row(tmp_path: Path, batch_rows: int) -> None:
    stale, other = tmp_path / "sample.parquet", tmp_path / "notes.txt"
    pl.DataFrame({"old": [1]}).write_parquet(stale)
    other.write_text("mine")
    found = analyse(Options((DEMO,), events=tmp_path, batch_rows=batch_rows), RULES)
    frames = {path.stem: pl.read_parquet(path) for path in tmp_path.glob("*.parquet")}
    assert {name: len(frame) for name, frame in frames.items()} == dict(found.rows)
    assert all(frame["event.id"].is_unique().all() for frame in frames.values())
    assert not stale.exists()
    assert other.read_text() == "mine"
    assert not list(tmp_path.glob("*.part"))


def test_lines_and_folder_say_the_same(tmp_path: Path) -> None:
    lines, folder = tmp_path / "events.ndjson", tmp_path / "events"
    analyse(Options((DEMO,), events=lines, batch_rows=500), RULES)
    analyse(Options((DEMO,), events=folder, batch_rows=500), RULES)
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    ids = {(row["event.dataset"], row["event.id"]) for row in rows}
    stored = {(path.stem, each) for path in folder.glob("*.parquet") for each in pl.read_parquet(path)["event.id"]}
    assert ids == stored
    assert Counter(row["event.dataset"] for row in rows).keys() == {path.stem for path in folder.glob("*.parquet")}


def test_an_analysis_that_fails_leaves_the_old_result(tmp_path: Path) -> None:
    analyse(Options((DEMO,), events=tmp_path), RULES)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    class Interrupted:
        def reading(self, position: object) -> None: ...

        def events(self, total: int) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyse(Options((DEMO,), events=tmp_path, batch_rows=100), RULES, Interrupted())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
