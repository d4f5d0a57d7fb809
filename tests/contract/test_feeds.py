"""What every feed of the list must keep, on every sample of its own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

import sensors.feed.merging as merging
from sensors.capture import core_datasets
from sensors.feed.feed import Feed
from sensors.feeds import FEEDS
from sensors.fields import vocabulary
from tests.feeds.samples import FOLDER, feed_named, read, rows

LONG = "hmi-normal"
"""Has nothing that others lack; rules are tried on it."""
SAMPLES = [(feed, path) for feed in FEEDS for path in sorted((FOLDER / feed.name).glob("*")) if path.name != LONG]
FEW = [(feed, path) for feed, path in SAMPLES if path.name.startswith(("unauthorised-write", "day"))]
"""Enough where each line costs a batch."""
on_samples = pytest.mark.parametrize(("feed", "path"), SAMPLES, ids=lambda one: one.name)
HOSTILE = (
    b"\x00",
    b"\xff\xfe",
    b"{",
    b"[]",
    b"\t" * 40,
    b"null",
    b'{"a":' * 300,
    b"1e400",
    b"#fields",
    b"#separator",
    b"",
)
NOT_THE_LINE = ("ot.packet.first", "ot.packet.last", "event.id")


def files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def test_every_feed_has_a_sample() -> None:
    assert {feed.name for feed, _ in SAMPLES} == {feed.name for feed in FEEDS}


@on_samples
def test_rows_fit_the_vocabulary(feed: Feed, path: Path) -> None:
    clock = 0
    told = 0
    for batch in read([path], feed):
        assert set(batch.datasets) == set(core_datasets())
        assert batch.clock >= clock
        clock = batch.clock
        for name, frame in batch.datasets.items():
            assert dict(frame.schema) == vocabulary().schema(name)
            required = [field.name for field in vocabulary().datasets[name].fields if field.required]
            assert frame.select(pl.col(required).null_count()).row(0) == (0,) * len(required), name
            words = frame.with_columns(pl.col(pl.Categorical).cast(pl.String))
            if "ot.operation" in frame.columns:
                assert set(words["ot.operation"].drop_nulls()) <= set(vocabulary().operations)
            if "ot.flag" in frame.columns:
                assert set(words["ot.flag"]) <= set(vocabulary().flags)
            if "ot.details" in frame.columns:
                assert all(isinstance(json.loads(text), dict) for text in words["ot.details"].drop_nulls())
            told += len(frame)
    assert told


@on_samples
def test_every_line_is_told_or_counted(feed: Feed, path: Path) -> None:
    logs = read([path], feed)
    found = rows(logs)
    told = {(row["ot.capture"], row["ot.packet.first"]) for name, each in found.items() for row in each
            if row.get("ot.stage") != "feed"}  # fmt: skip
    lines = sum(len(each.read_bytes().splitlines()) for each in files(path))
    comments = sum(line.startswith(b"#") for each in files(path) for line in each.read_bytes().splitlines())
    counted = sum(n for counter, n in logs.tally.totals.items() if counter != "lines")
    assert logs.tally.totals["lines"] == lines
    assert len(told) + counted + comments >= lines


@pytest.mark.parametrize(("feed", "path"), FEW, ids=lambda one: one.name)
@pytest.mark.parametrize("block", [1, 9])
def test_any_split_into_batches_gives_the_same_events(
    feed: Feed, path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows(read([path], feed))
    monkeypatch.setattr(merging, "BLOCK_LINES", block)
    split = rows(read([path], feed))
    for name, each in whole.items():
        # Counts say as of when they are told; that is no part of what is stored.
        assert [_stored(row) for row in split[name]] == [_stored(row) for row in each], name


def _stored(row: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != "ot.clock" or row["event.dataset"] != "capture"}


@on_samples
def test_ids_differ_and_do_not_depend_on_name_or_packing(feed: Feed, path: Path, tmp_path: Path) -> None:
    found = [row["event.id"] for each in rows(read([path], feed)).values() for row in each]
    assert len(found) == len(set(found))
    packed = tmp_path / "packed"
    packed.mkdir()
    for each in files(path):
        (packed / f"{each.stem}.2026-11-30{each.suffix}.gz").write_bytes(gzip.compress(each.read_bytes()))
    again = {name: {r["event.id"] for r in each if r.get("ot.stage") != "feed"}
             for name, each in rows(read([packed], feed)).items()}  # fmt: skip
    plain = {name: {r["event.id"] for r in each if r.get("ot.stage") != "feed"}
             for name, each in rows(read([path], feed)).items()}  # fmt: skip
    assert again == plain


@on_samples
def test_hostile_lines_change_nothing_else(feed: Feed, path: Path, tmp_path: Path) -> None:
    """Each kind of garbage behind every third line: no exception, the same events, all of it counted."""
    target = tmp_path / "hostile"
    target.mkdir()
    hostile = 0
    for each in files(path):
        lines = each.read_bytes().splitlines()
        mixed = []
        for number, line in enumerate(lines):
            mixed.append(line)
            if number % 3 == 2 and not line.startswith(b"#"):
                mixed.append(HOSTILE[number // 3 % len(HOSTILE)])
                mixed.append(line[: len(line) // 2])
                hostile += 2
        (target / each.name).write_bytes(b"\n".join(mixed) + b"\n")
    logs = read([target], feed)
    found, plain = rows(logs), rows(read([path], feed))
    for name in plain.keys() - {"capture"}:
        same = {_facts(row) for row in found[name]}
        assert {_facts(row) for row in plain[name]} <= same, name
    assert sum(n for counter, n in logs.tally.totals.items() if counter != "lines") > 0
    assert hostile


def _facts(row: dict[str, object]) -> str:
    kept = {key: str(value) for key, value in row.items() if key not in NOT_THE_LINE and key != "ot.clock"}
    return json.dumps(kept, sort_keys=True)


@on_samples
def test_secrets_are_not_told(feed: Feed, path: Path) -> None:
    """Samples hold this word wherever their format has a place for a password."""
    assert "s3cr3t-of-the-sample" not in str(rows(read([path], feed)))


def test_feeds_are_found_by_name() -> None:
    assert feed_named("zeek").name == "zeek"
