"""Samples of other sensors' logs, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from api.cli.inputs import rules_in_force
from api.cli.terminal import Terminal
from detection.engine import Detection
from detection.sigma.load import RuleSet
from detection.site_reading import load_site
from sensors.capture import EventBatch
from sensors.feed.reading import LogFiles
from sensors.feeds import FEEDS, Feed
from tests.needs import PROJECT

FOLDER = PROJECT / "tests" / "golden" / "feeds"
PROOFS = PROJECT / "rules" / "proofs"


def feed_named(name: str) -> Feed:
    return next(feed for feed in FEEDS if feed.name == name)


def rules(folders: Sequence[Path] = ()) -> RuleSet:
    """Those of the folders, or the shipped ones."""
    return rules_in_force(folders, Terminal(quiet=True))


def read(paths: Sequence[Path], feed: Feed) -> LogFiles:
    return LogFiles(paths, feed, sensor="feed")


def rows(batches: Iterable[EventBatch]) -> dict[str, list[dict[str, Any]]]:
    """All rows by dataset, without empty columns, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for batch in batches:
        for name, frame in batch.datasets.items():
            plain = frame.with_columns(pl.col(pl.Categorical).cast(pl.String))
            found.setdefault(name, []).extend(
                {key: value for key, value in row.items() if value is not None} for row in plain.iter_rows(named=True)
            )
    return {name: each for name, each in found.items() if each}


def alerts(batches: Iterable[EventBatch], loaded: RuleSet) -> Mapping[tuple[str, str | None], int]:
    """How often each rule fired on which destination."""
    detection = Detection(loaded, site=load_site(PROOFS / "site.yml"), known=None, sensor="analyze")
    found: dict[tuple[str, str | None], int] = {}
    occurrences = [o for batch in batches for o in detection.process(batch).occurrences]
    for each in (*occurrences, *detection.finish().occurrences):
        key = each.rule, each.destination.get("ip")
        found[key] = found.get(key, 0) + each.count
    assert not detection.failures, detection.failures
    return found
