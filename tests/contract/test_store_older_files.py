"""Event files that an earlier version wrote: what has become text since was stored as words then, and is read all the
same, beside newer files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from api.analysis import Options, analyse
from api.storage import open_store
from response.ports import EventQuery
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

DEMO = PROJECT / "rules" / "demo" / "demo.pcap"


def test_words_of_an_earlier_version_are_read_as_text(tmp_path: Path) -> None:
    url = f"embedded:{tmp_path / 'store'}"
    analyse(Options((DEMO,), store=url, batch_rows=4_000), shipped_rule_set())
    first, *others = sorted((tmp_path / "store").rglob("events/finding/**/*.parquet"))
    assert others
    query = EventQuery("finding", limit=1000)
    with open_store(url) as store:
        expected = store.events(query).frame
    rows = pl.read_parquet(first)
    rows.with_columns(pl.col("ot.entity").cast(pl.Categorical())).write_parquet(first)
    with open_store(url) as store:
        assert store.events(query).frame.equals(expected)
        entity = str(rows["ot.entity"][0])
        found = store.events(EventQuery("finding", equals={"ot.entity": entity}, limit=1000)).frame
        assert found["event.id"].is_in(expected["event.id"].implode()).all()
        assert found.height == (expected["ot.entity"] == entity).sum() > 0
        assert store.group_events(query, ("ot.entity",), 5).groups
