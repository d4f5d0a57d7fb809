"""What the Elasticsearch store holds, and the backing indices that its events are removed by.

No ILM and no data stream lifecycle: neither knows of incidents that are open, of a bound in bytes, nor would it tell
what it removed. Own steps also work where a server has neither. See docs/decisions/retention.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from api.storage.admission import stored_datasets
from api.storage.elastic_cluster import Cluster
from api.storage.event_query import check_events
from response.ports import EventQuery
from response.retention.holdings import RECENT, DatasetHoldings, Holdings, Part
from response.retention.policy import Bound
from response.store_errors import NotFound, StoreError
from response.times import time_text

MILLISECOND = 1_000_000
SPAN = {end: {end: {"field": "@timestamp"}} for end in ("min", "max")}
PARTS_OF_A_BOUND = 10
"""A backing index is closed at a tenth of what the bound allows: finer would be more shards than a node may have,
coarser would keep much longer what is due."""
MOST_DAYS, MOST_BYTES = 30, 20 * 10**9
PLAIN = {
    "alert": "alerts", "occurrence": "occurrences", "asset": "assets", "audit": "audit", "change": "changes",
    "dead_letter": "dead-letters", "segment": "segments",
}  # fmt: skip


def backing_indices(cluster: Cluster, dataset: str) -> list[str]:
    """The backing indices of a dataset's stream, oldest first; the last is written into."""
    check_events(EventQuery(dataset))
    name = cluster.name(dataset)
    try:
        answer = cluster.call(lambda: cluster.reader.indices.resolve_index(name=name))
    except NotFound:
        return []
    found = [s["backing_indices"] for s in answer["data_streams"] if s["name"] == name]
    names = [found[0]] if found and isinstance(found[0], str) else [n for each in found for n in each]
    return sorted(names, key=lambda each: int(each.rpartition("-")[2]))


def list_parts(cluster: Cluster, dataset: str, after: tuple[int, str] | None, limit: int) -> tuple[Part, ...]:
    """Backing indices by first row, then name; without the one that is written into."""
    names = backing_indices(cluster, dataset)
    if len(names) < 2:
        return ()
    begun = _created(cluster, names)
    sizes = _sizes(cluster, names)
    parts = []
    for name, following in pairwise(names):
        rows, first, last = _span(cluster, name)
        # Nothing is written into it any more since the next one was made.
        written = begun.get(following, last)
        parts.append(Part(name, dataset, first, last, rows, sizes.get(name, 0), written))
    parts.sort(key=lambda part: (part.first, part.id))
    return tuple(part for part in parts if after is None or (part.first, part.id) > after)[:limit]


def _created(cluster: Cluster, names: Sequence[str]) -> dict[str, int]:
    """When indices were made, ns."""
    answer = cluster.call(
        lambda: cluster.reader.indices.get_settings(index=list(names), name="index.creation_date", flat_settings=True)
    )
    return {n: int(told["settings"]["index.creation_date"]) * MILLISECOND for n, told in answer.body.items()}


def _sizes(cluster: Cluster, names: Sequence[str]) -> dict[str, int]:
    path = "indices.*.total.store.size_in_bytes"
    answer = cluster.call(lambda: cluster.reader.indices.stats(index=list(names), metric="store", filter_path=path))
    found: Mapping[str, Any] = answer.body.get("indices", {})
    return {name: int(told["total"]["store"]["size_in_bytes"]) for name, told in found.items()}


def _span(cluster: Cluster, index: str, since: int | None = None, until: int | None = None) -> tuple[int, int, int]:
    """(rows, first, last) of an index or stream, of a time if given; ns, to the millisecond, the last rounded up."""
    within = {} if since is None or until is None else {"gte": time_text(since), "lte": time_text(until)}
    answer = cluster.call(
        lambda: cluster.reader.search(
            index=index,
            ignore_unavailable=True,
            query={"range": {"@timestamp": within}} if within else {"match_all": {}},
            size=0,
            aggs=SPAN,
            track_total_hits=True,
        )
    )
    found = answer.get("aggregations", {})
    first, last = (int(found.get(end, {}).get("value") or 0) for end in ("min", "max"))
    return int(answer["hits"]["total"]["value"]), first * MILLISECOND, (last + 1) * MILLISECOND


def read_holdings(cluster: Cluster, now: int) -> Holdings:
    """Figures of every stream and index."""
    datasets = [held for name in stored_datasets() if (held := _dataset(cluster, name, now)) is not None]
    counts = {kind: _count(cluster, part) for kind, part in PLAIN.items()}
    total, free = _disks(cluster)
    return Holdings(
        datasets=tuple(sorted(datasets, key=lambda each: each.dataset)),
        records=counts | _kinds(cluster),
        record_bytes=_record_bytes(cluster),
        disk_bytes=total,
        disk_free=free,
    )


def _dataset(cluster: Cluster, dataset: str, now: int) -> DatasetHoldings | None:
    names = backing_indices(cluster, dataset)
    stream = cluster.name(dataset)
    rows, first, last = _span(cluster, stream) if names else (0, 0, 0)
    if not rows:
        return None
    size = sum(_sizes(cluster, names).values())
    recent, recent_first, _ = _span(cluster, stream, max(0, now - RECENT), now)
    return DatasetHoldings(
        dataset, rows, size, len(names), first, last, recent, size * recent // rows, recent_first if recent else None
    )


def _count(cluster: Cluster, part: str) -> int:
    answer = cluster.call(lambda: cluster.reader.count(index=cluster.name(part), ignore_unavailable=True))
    return int(answer["count"])


def _kinds(cluster: Cluster) -> dict[str, int]:
    terms = {"kinds": {"terms": {"field": "kind", "size": 100}}}
    answer = cluster.call(
        lambda: cluster.reader.search(index=cluster.name("records"), ignore_unavailable=True, size=0, aggs=terms)
    )
    found = answer.get("aggregations", {}).get("kinds", {}).get("buckets", [])
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in found}


def _record_bytes(cluster: Cluster) -> int:
    sizes = _sizes(cluster, [cluster.name("*")])
    return sum(sizes.get(cluster.name(part), 0) for part in (*PLAIN.values(), "records", "threads"))


def _disks(cluster: Cluster) -> tuple[int | None, int | None]:
    """Size and room of all nodes' disks; not known where one may not ask."""
    with suppress(StoreError):
        answer = cluster.call(lambda: cluster.reader.nodes.stats(metric="fs", filter_path="nodes.*.fs.total"))
        totals = [node["fs"]["total"] for node in answer.get("nodes", {}).values()]
        if totals:
            return (
                sum(int(each["total_in_bytes"]) for each in totals),
                sum(int(each["available_in_bytes"]) for each in totals),
            )
    return None, None


def holding_any(cluster: Cluster, parts: Sequence[str], events: Collection[str]) -> frozenset[str]:
    """The backing indices that hold any of these events."""
    if not parts or not events:
        return frozenset()
    answer = cluster.call(
        lambda: cluster.reader.search(
            index=list(parts),
            ignore_unavailable=True,
            query={"bool": {"filter": [{"terms": {"event.id": list(events)}}]}},
            size=0,
            aggs={"parts": {"terms": {"field": "_index", "size": len(parts)}}},
            track_total_hits=False,
        )
    )
    found = answer.get("aggregations", {}).get("parts", {}).get("buckets", [])
    return frozenset(str(bucket["key"]) for bucket in found)


def remove_parts(cluster: Cluster, dataset: str, parts: Sequence[str]) -> None:
    """Delete backing indices; the one that is written into cannot be, and those of other streams are left alone."""
    old = backing_indices(cluster, dataset)[:-1]
    wanted = [name for name in parts if name in old]
    if wanted:
        cluster.patiently(lambda: cluster.client.indices.delete(index=wanted, ignore_unavailable=True))


def roll_over(cluster: Cluster, dataset: str, bound: Bound) -> None:
    """Begin a new backing index when the one that is written into has reached a tenth of the bound."""
    days = MOST_DAYS if bound.days is None else min(MOST_DAYS, max(1, bound.days // PARTS_OF_A_BOUND))
    size = MOST_BYTES if bound.bytes is None else min(MOST_BYTES, bound.bytes // PARTS_OF_A_BOUND)
    conditions = {"max_age": f"{days}d", "max_primary_shard_size": f"{size}b"}
    if backing_indices(cluster, dataset):
        cluster.patiently(lambda: cluster.client.indices.rollover(alias=cluster.name(dataset), conditions=conditions))
