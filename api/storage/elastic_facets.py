"""Counts alerts in Elasticsearch, all of them and by the values of their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.storage.elastic_cluster import Cluster
from api.storage.elastic_triage import filters_of
from api.storage.triage import check_alerts, check_facets, largest
from response.ports import MOST_FACET_VALUES, AlertQuery


def count_alerts(cluster: Cluster, query: AlertQuery) -> int:
    """How many alerts a query finds."""
    check_alerts(query)
    wanted = {"bool": {"filter": filters_of(query)}}
    name = cluster.name("alerts")
    answer = cluster.call(lambda: cluster.reader.count(index=name, ignore_unavailable=True, query=wanted))
    return int(answer["count"])


def alert_facets(
    cluster: Cluster, query: AlertQuery, by: Sequence[str]
) -> Mapping[str, tuple[tuple[str | None, int], ...]]:
    """Alerts of a query counted by the values of fields; exact, for the index has one shard."""
    check_facets(query, by)
    order = [{"_count": "desc"}, {"_key": "asc"}]
    wanted = {}
    for name in by:
        wanted[f"of {name}"] = {"terms": {"field": name, "size": MOST_FACET_VALUES, "order": order}}
        wanted[f"without {name}"] = {"missing": {"field": name}}
    answer = cluster.call(
        lambda: cluster.reader.search(
            index=cluster.name("alerts"),
            ignore_unavailable=True,
            query={"bool": {"filter": filters_of(query)}},
            size=0,
            aggs=wanted,
            track_total_hits=False,
        )
    )
    found: Mapping[str, Any] = answer.get("aggregations", {})
    return {name: largest(_counted(found, name)) for name in by}


def _counted(found: Mapping[str, Any], name: str) -> Iterator[tuple[str | None, int]]:
    for bucket in found.get(f"of {name}", {}).get("buckets", []):
        yield bucket["key"], bucket["doc_count"]
    if without := found.get(f"without {name}", {}).get("doc_count", 0):
        yield None, without
