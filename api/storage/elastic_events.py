"""Events in Elasticsearch: rows as documents with flat dotted names, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from api.storage.admission import stored_schema
from api.storage.cursors import read_cursor, write_cursor
from api.storage.elastic_bulk import Document
from api.storage.elastic_cluster import Cluster
from api.storage.event_query import check_events, comparable
from response.ports import EventPage, EventQuery, Scalar
from response.times import time_text

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.9fZ"


@cache
def _columns(dataset: str, kind: type[pl.DataType]) -> tuple[str, ...]:
    return tuple(name for name, given in stored_schema(dataset).items() if given == kind)


@cache
def _details(dataset: str) -> tuple[str, ...]:
    return tuple(name for name in stored_schema(dataset) if name.endswith(".details"))


def documents(dataset: str, frame: pl.DataFrame) -> Iterator[Document]:
    """The rows of an admitted frame as documents, without what is null."""
    times = pl.col(_columns(dataset, pl.Datetime)).dt.strftime(TIME_FORMAT)
    present = [column.name for column in frame if column.null_count() < frame.height]
    for row in frame.with_columns(times).select(present).iter_rows(named=True):
        known = {name: value for name, value in row.items() if value is not None}
        known |= {name: json.loads(known[name]) for name in _details(dataset) if name in known}
        yield Document(row["event.id"], _json(known).encode())


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def frame_of(dataset: str, sources: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The rows that documents stand for, with every stored column of the dataset."""
    schema = stored_schema(dataset)
    plain = {name: pl.String() if isinstance(kind, pl.Datetime) else kind for name, kind in schema.items()}
    rows = [{**s, **{name: _json(s[name]) for name in _details(dataset) if name in s}} for s in sources]
    times = pl.col(_columns(dataset, pl.Datetime)).str.to_datetime(TIME_FORMAT, time_unit="ns", time_zone="UTC")
    return pl.DataFrame(rows, schema=plain, orient="row").with_columns(times)


def read_events(cluster: Cluster, query: EventQuery) -> EventPage:
    """One page of a dataset's rows."""
    check_events(query)
    after = read_cursor(query)
    order = "desc" if query.descending else "asc"
    answer = cluster.call(
        lambda: cluster.reader.search(
            index=cluster.name(query.dataset),
            ignore_unavailable=True,
            query={"bool": {"filter": _filters(query)}},
            sort=[{"@timestamp": {"order": order}}, {"event.id": {"order": order}}],
            search_after=after,
            size=query.limit + 1,
            track_total_hits=False,
            filter_path="hits.hits._source,hits.hits.sort",
        )
    )
    hits = answer.get("hits", {}).get("hits", [])
    shown = hits[: query.limit]
    frame = frame_of(query.dataset, [hit["_source"] for hit in shown])
    return EventPage(frame, write_cursor(query, shown[-1]["sort"]) if len(hits) > query.limit else None)


def _filters(query: EventQuery) -> list[dict[str, Any]]:
    span: dict[str, str] = {}
    if query.start is not None:
        span["gte"] = time_text(max(query.start, 0))
    if query.end is not None:
        span["lt"] = time_text(max(query.end, 0))
    filters: list[dict[str, Any]] = [{"range": {"@timestamp": span}}] if span else []
    if query.ids is not None:
        filters.append({"terms": {"event.id": list(query.ids)}})
    filters += [_equality(query.dataset, name, wanted) for name, wanted in query.equals.items()]
    return filters


def _equality(dataset: str, name: str, wanted: Scalar | Sequence[Scalar]) -> dict[str, Any]:
    present, absent = comparable(wanted, stored_schema(dataset)[name])
    choices: list[dict[str, Any]] = [{"terms": {name: present}}]
    if absent:
        choices.append({"bool": {"must_not": {"exists": {"field": name}}}})
    return {"bool": {"should": choices, "minimum_should_match": 1}}


def count_events(cluster: Cluster, dataset: str) -> int:
    """How many rows of a dataset are stored. Raises Invalid for an unknown one."""
    check_events(EventQuery(dataset))
    answer = cluster.call(lambda: cluster.reader.count(index=cluster.name(dataset), ignore_unavailable=True))
    return int(answer["count"])
