"""Writes a segment into Elasticsearch exactly once, restartable at any point.

The segment's marker says `started` before the first event and `done` after the last write. A segment that was started
before, or whose stream has more than one backing index (ids are unique per backing index only), is asked for in the
stream before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict

import polars as pl

from api.storage.admission import dead_letter
from api.storage.elastic_alerts import Folder
from api.storage.elastic_bulk import Creator, Document, Outcome
from api.storage.elastic_cluster import Cluster
from api.storage.elastic_documents import Swap, fetch, swap
from api.storage.elastic_events import documents
from api.storage.intake import Intake, take_in
from api.storage.records import Record, dead_letter_record, dumps
from detection.occurrence import text_id
from response.ports import DeadLetter, Segment, Written
from response.store_errors import StoreError
from response.times import time_text

STARTED, DONE = "started", "done"


def write_segment(
    cluster: Cluster, segment: Segment, note: Callable[[Iterable[tuple[str, str, str | None]]], None]
) -> Written:
    """Store a segment: events, occurrences and alerts, dead letters, the marker last; `note` takes (kind, id, etag) of
    every alert that changed. Raises StoreError."""
    cluster.ensure("segments")
    marker = text_id("segment", segment.id)
    tried = bool(swap(cluster, "segments", [Swap(marker, _marker(segment, STARTED, 0), None)]))
    if tried:
        known = fetch(cluster, "segments", [marker])[marker].source
        if known["state"] == DONE:
            return Written(events_known=known["rows"])
    intake = take_in(segment)
    outcomes = _create_events(cluster, intake, tried)
    folds = Folder(cluster).fold(intake.occurrences, doubtful=tried)
    refused = [*_refused_rows(segment.id, intake, outcomes), *_refused_occurrences(segment.id, intake, folds.refused)]
    dead = _keep_aside(cluster, [*intake.dead, *refused], tried)
    _refresh(cluster, [*intake.frames, "occurrences", "alerts", "dead-letters"])
    note(("alert", alert_id, etag) for alert_id, etag in folds.alerts.items())
    new = sum(outcome.new for outcome in outcomes.values())
    rows = intake.rows - sum(len(outcome.refused) for outcome in outcomes.values())
    _finish(cluster, marker, _marker(segment, DONE, rows))
    return Written(new, rows - new, folds.occurrences, folds.opened, folds.touched, dead)


def _marker(segment: Segment, state: str, rows: int) -> Record:
    return {
        "id": segment.id,
        "sensor": segment.sensor,
        "state": state,
        "first": time_text(max(segment.first, 0)),
        "last": time_text(max(segment.last, 0)),
        "rows": rows,
        "counters": dict(segment.counters),
    }


def _create_events(cluster: Cluster, intake: Intake, tried: bool) -> dict[str, Outcome]:
    several = _rolled_over(cluster)
    outcomes = {}
    for dataset, frame in intake.frames.items():
        name = cluster.ensure_stream(dataset)
        creator = Creator(cluster, name, dataset)
        outcomes[dataset] = creator.create(documents(dataset, frame), doubtful=tried or name in several)
    return outcomes


def _rolled_over(cluster: Cluster) -> set[str]:
    """The streams that have more than one backing index."""
    answer = cluster.patiently(lambda: cluster.reader.indices.resolve_index(name=cluster.name("*")))
    return {s["name"] for s in answer["data_streams"] if isinstance(s["backing_indices"], list)}


def _refused_rows(segment: str, intake: Intake, outcomes: Mapping[str, Outcome]) -> Iterable[DeadLetter]:
    for dataset, outcome in outcomes.items():
        if not outcome.refused:
            continue
        rows = intake.frames[dataset].filter(pl.col("event.id").is_in(list(outcome.refused)))
        for row in rows.iter_rows(named=True):
            text = f"the server refuses the document: {outcome.refused[row['event.id']]}"
            record = {name: value for name, value in row.items() if value is not None}
            yield dead_letter(segment, "event", dataset, "refused", text, record)


def _refused_occurrences(segment: str, intake: Intake, refused: Mapping[str, str]) -> Iterable[DeadLetter]:
    for o in intake.occurrences:
        if o.id in refused:
            text = f"the server refuses the document: {refused[o.id]}"
            yield dead_letter(segment, "occurrence", None, "refused", text, asdict(o))


def _keep_aside(cluster: Cluster, letters: Iterable[DeadLetter], tried: bool) -> int:
    """Store dead letters, each once; how many are new."""
    found = [Document(d.id, dumps(dead_letter_record(d)).encode()) for d in letters]
    if not found:
        return 0
    outcome = Creator(cluster, cluster.ensure("dead-letters")).create(found, doubtful=tried)
    for why in outcome.refused.values():
        raise StoreError(cluster.address.shown, "dead_letter_refused", message=why)
    return outcome.new


def _refresh(cluster: Cluster, parts: Iterable[str]) -> None:
    names = [cluster.name(part) for part in parts]
    cluster.patiently(lambda: cluster.client.indices.refresh(index=names, ignore_unavailable=True))


def _finish(cluster: Cluster, marker: str, done: Record) -> None:
    while True:
        version = fetch(cluster, "segments", [marker])[marker]
        if version.source["state"] == DONE or not swap(cluster, "segments", [Swap(marker, done, version)]):
            return
