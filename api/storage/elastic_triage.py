"""Lists alerts in Elasticsearch, and keeps what people decide about them."""

from __future__ import annotations

from typing import Any

from api.storage.cursors import read_cursor, write_cursor
from api.storage.elastic_cluster import Cluster
from api.storage.elastic_documents import Version, every, fetch
from api.storage.records import alert_from, occurrence_from
from api.storage.triage import check_alerts, classes, network_text, query_words, severities
from detection.occurrence import Occurrence
from response.alerts import Alert
from response.ports import AlertQuery, Page
from response.store_errors import NotFound
from response.times import time_text

SORT_FIELDS = {"severity": "rank", "last_seen": "last_seen", "first_seen": "first_seen", "count": "count"}


def list_alerts(cluster: Cluster, query: AlertQuery) -> Page[Alert]:
    """One page of alerts."""
    check_alerts(query)
    after = read_cursor(query)
    order = "desc" if query.descending else "asc"
    answer = cluster.call(
        lambda: cluster.reader.search(
            index=cluster.name("alerts"),
            ignore_unavailable=True,
            query={"bool": {"filter": filters_of(query)}},
            sort=[{SORT_FIELDS[query.sort]: {"order": order}}, {"id": {"order": order}}],
            search_after=after,
            size=query.limit + 1,
            track_total_hits=False,
        )
    )
    hits = answer["hits"]["hits"]
    shown = hits[: query.limit]
    cursor = write_cursor(query, shown[-1]["sort"]) if len(hits) > query.limit else None
    return Page(tuple(alert_from(hit["_source"]) for hit in shown), cursor)


def filters_of(query: AlertQuery) -> list[dict[str, Any]]:
    """A query's conditions as Elasticsearch words them."""
    filters: list[dict[str, Any]] = [
        {"terms": {"severity": list(severities(query))}},
        {"terms": {"class": list(classes(query))}},
    ]
    if query.statuses:
        filters.append({"terms": {"status": list(query.statuses)}})
    for name, values in (("resolution", query.resolutions), ("incident", query.incidents)):
        if values:
            filters.append({"terms": {name: list(values)}})
    if query.assignees:
        nobody = {"bool": {"must_not": [{"exists": {"field": "assignee"}}]}}
        named = {"terms": {"assignee": [name for name in query.assignees if name]}}
        filters.append({"bool": {"should": [named, *[nobody] * ("" in query.assignees)]}})
    if query.suppressed is not None:
        held = {"exists": {"field": "suppressed_by"}}
        filters.append(held if query.suppressed else {"bool": {"must_not": [held]}})
    if query.drill is not None:
        filters.append({"term": {"drill": query.drill}})
    if query.rules:
        names = list(query.rules)
        filters.append({"bool": {"should": [{"terms": {"rule.name": names}}, {"terms": {"rule.id": names}}]}})
    if query.start is not None:
        filters.append({"range": {"last_seen": {"gte": time_text(max(query.start, 0))}}})
    if query.end is not None:
        filters.append({"range": {"first_seen": {"lt": time_text(max(query.end, 0))}}})
    if query.source_ip is not None:
        filters.append({"term": {"source.ip": network_text(query.source_ip)}})
    if query.destination_ip is not None:
        filters.append({"term": {"destination.ip": network_text(query.destination_ip)}})
    filters += [{"wildcard": {"words": {"value": f"*{_escaped(word)}*"}}} for word in query_words(query.text)]
    return filters


def _escaped(word: str) -> str:
    return "".join("\\" + letter if letter in "\\*?" else letter for letter in word)


def read_alert(cluster: Cluster, alert_id: str) -> Version:
    """One alert's document. Raises NotFound."""
    found = fetch(cluster, "alerts", [alert_id]) if alert_id else {}
    if alert_id not in found:
        raise NotFound(f"alert {alert_id}", "no_such_id")
    return found[alert_id]


def read_occurrences(cluster: Cluster, alert_id: str) -> tuple[Occurrence, ...]:
    """The occurrences of an alert in order. Raises NotFound."""
    read_alert(cluster, alert_id)
    sources = every(cluster, "occurrences", {"term": {"alert": alert_id}}, ["first_seen", "id"])
    return tuple(occurrence_from(source) for source in sources)
