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
from api.storage.event_conditions import elastic_filter
from api.storage.event_query import check_events, check_grouping, check_step, comparable
from response.ports import MOST_GROUPS, EventGroup, EventGroups, EventPage, EventQuery, EventSum, EventSums, Scalar
from response.times import time_text

GROUPS_AT_ONCE = 2_000
MILLISECOND = 1_000_000
SPAN = "#span"
"""Name of what is no field: the span of time."""
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
    filters += [elastic_filter(query.dataset, condition) for condition in query.where]
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


def _aggregated(cluster: Cluster, query: EventQuery, aggregations: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = cluster.call(
        lambda: cluster.reader.search(
            index=cluster.name(query.dataset),
            ignore_unavailable=True,
            query={"bool": {"filter": _filters(query)}},
            size=0,
            aggs=aggregations,
            track_total_hits=False,
        )
    )
    found: Mapping[str, Any] = answer.get("aggregations", {})
    return found


def group_events(
    cluster: Cluster, query: EventQuery, by: Sequence[str], limit: int, sums: Sequence[str]
) -> EventGroups:
    """The largest groups of the rows of a query: all of them are read (at most `MOST_GROUPS`), for Elasticsearch orders
    groups of several fields by value only."""
    check_events(query)
    check_grouping(query.dataset, by, limit, sums)
    inner = {end: {end: {"field": "@timestamp"}} for end in ("min", "max")} | {"end": {"max": {"field": "event.end"}}}
    inner |= {f"sum of {name}": {"sum": {"field": name}} for name in sums}
    found = [_group(bucket, by, sums) for bucket in _composite(cluster, query, _terms(by), inner)]
    found.sort(key=lambda g: (-g.count, [(v is None, v if v is not None else "") for v in g.values]))
    return EventGroups(tuple(found[:limit]), whole=len(found) <= MOST_GROUPS)


def _terms(by: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: {"terms": {"field": name, "missing_bucket": True}}} for name in by]


def _composite(
    cluster: Cluster, query: EventQuery, sources: Sequence[Mapping[str, Any]], inner: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """All buckets of these sources, at most one page more than `MOST_GROUPS`."""
    found: list[Mapping[str, Any]] = []
    after: dict[str, Any] | None = None
    while len(found) <= MOST_GROUPS:
        composite: dict[str, Any] = {"sources": sources, "size": GROUPS_AT_ONCE, **({"after": after} if after else {})}
        answer = _aggregated(cluster, query, {"groups": {"composite": composite, "aggs": inner}})
        groups = answer.get("groups", {"buckets": []})
        found += groups["buckets"]
        after = groups.get("after_key")
        if after is None or len(groups["buckets"]) < GROUPS_AT_ONCE:
            break
    return found


def _group(bucket: Mapping[str, Any], by: Sequence[str], sums: Sequence[str]) -> EventGroup:
    values = tuple(bucket["key"][name] for name in by)
    first, last, end = (int(bucket[name]["value"] or 0) * MILLISECOND for name in ("min", "max", "end"))
    summed = tuple(int(bucket[f"sum of {name}"]["value"]) for name in sums)
    return EventGroup(values, bucket["doc_count"], first, max(last, end), summed)


def events_over_time(cluster: Cluster, query: EventQuery, step: int) -> tuple[tuple[int, int], ...]:
    """Rows of a query by spans of time."""
    check_events(query)
    check_step(query, step)
    milliseconds = max(1, step // MILLISECOND)
    histogram = {"field": "@timestamp", "fixed_interval": f"{milliseconds}ms", "min_doc_count": 1}
    answer = _aggregated(cluster, query, {"spans": {"date_histogram": histogram}})
    buckets = answer.get("spans", {"buckets": []})["buckets"]
    return tuple((bucket["key"] * MILLISECOND, bucket["doc_count"]) for bucket in buckets)


def sums_over_time(cluster: Cluster, query: EventQuery, step: int, by: Sequence[str], of: str) -> EventSums:
    """What a field of the rows of a query comes to by span and group."""
    check_events(query)
    check_step(query, step)
    check_grouping(query.dataset, by, 1, [of])
    milliseconds = max(1, step // MILLISECOND)
    span = {SPAN: {"date_histogram": {"field": "@timestamp", "fixed_interval": f"{milliseconds}ms"}}}
    inner = {how: {how: {"field": of}} for how in ("sum", "max")}
    found = _composite(cluster, query, [span, *_terms(by)], inner)
    told = [
        EventSum(
            int(bucket["key"][SPAN]) * MILLISECOND,
            tuple(bucket["key"][name] for name in by),
            bucket["doc_count"],
            int(bucket["sum"]["value"] or 0),
            int(bucket["max"]["value"] or 0),
        )
        for bucket in found
    ]
    told.sort(key=lambda each: (each.start, [(v is None, v if v is not None else "") for v in each.values]))
    return EventSums(tuple(told[:MOST_GROUPS]), whole=len(told) <= MOST_GROUPS)


def count_found(cluster: Cluster, query: EventQuery) -> int:
    """How many rows a query finds."""
    check_events(query)
    wanted = {"bool": {"filter": _filters(query)}}
    name = cluster.name(query.dataset)
    answer = cluster.call(lambda: cluster.reader.count(index=name, ignore_unavailable=True, query=wanted))
    return int(answer["count"])
