"""Folds occurrences into alerts in Elasticsearch, where there are no transactions, so that any step may be repeated.

1. A *thread* (rule and dedup key) names its alerts in order; a new one is added by compare-and-set, so two workers
   cannot open two. 2. An occurrence is created once, with the alert it belongs to. 3. An alert's machine fields are
computed from the occurrences that name it and written by compare-and-set over the document read before them; whoever
loses computes again. A worker that dies between two steps leaves what the next one completes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.storage.elastic_bulk import Creator, Document
from api.storage.elastic_cluster import Cluster, meaning
from api.storage.elastic_documents import Swap, Version, chunks, fetch, swap
from api.storage.records import Record, alert_from, alert_record, dumps, occurrence_from, occurrence_record
from api.storage.triage import words_of
from detection.occurrence import Occurrence
from response.alerts import EARLIEST_NEEDED, SEVERITIES, Alert, Totals, decided, fold_key, folded, in_order, placed

SEARCHES_AT_ONCE = 50


@dataclass(frozen=True)
class Folded:
    """How many occurrences were new, how many alerts they opened, how many others they went into; who was refused; the
    alerts concerned with their etags."""

    occurrences: int
    opened: int
    touched: int
    refused: dict[str, str]
    alerts: dict[str, str]


def alert_document(thread: str, alert: Alert) -> Record:
    """An alert as Elasticsearch keeps it: its record, and what it is found and sorted by."""
    rank = SEVERITIES.index(alert.severity)
    return {**alert_record(alert), "thread": thread, "rank": rank, "words": words_of(alert)}


class Folder:
    """Folds the occurrences of segments."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def fold(self, occurrences: Iterable[Occurrence], *, doubtful: bool) -> Folded:
        """Store the occurrences that are new, each in its alert, and compute all alerts concerned again."""
        ordered = list({o.id: o for o in in_order(occurrences)}.values())
        if not ordered:
            return Folded(0, 0, 0, {}, {})
        for part in ("threads", "occurrences", "alerts"):
            self._cluster.ensure(part)
        known = self._alerts_of([o.id for o in ordered])
        fresh = [o for o in ordered if o.id not in known]
        targets = self._targets(fresh)
        outcome = Creator(self._cluster, self._cluster.name("occurrences")).create(
            (_document(o, targets[fold_key(o)]) for o in fresh), doubtful=doubtful
        )
        stored = [o for o in fresh if o.id not in outcome.refused]
        if outcome.known:  # another worker was first, and may have chosen another alert
            known |= self._alerts_of([o.id for o in stored])
        threads = {known.get(o.id) or targets[fold_key(o)]: fold_key(o) for o in ordered if o.id not in outcome.refused}
        opened, etags = self._recompute(threads)
        touched = {targets[fold_key(o)] for o in stored} - opened
        return Folded(outcome.new, len(opened), len(touched), outcome.refused, etags)

    def _alerts_of(self, ids: Sequence[str]) -> dict[str, str]:
        """The alerts of the occurrences that are stored, by the occurrence's id."""
        found = fetch(self._cluster, "occurrences", ids)
        return {occurrence: version.source["alert"] for occurrence, version in found.items()}

    def _targets(self, fresh: Iterable[Occurrence]) -> dict[str, str]:
        """The alert that takes the occurrences of each thread; where none is open, a new one enters the thread."""
        first = {fold_key(o): o.id for o in reversed(list(fresh))}
        targets: dict[str, str] = {}
        while first:
            threads = fetch(self._cluster, "threads", list(first))
            alerts = fetch(self._cluster, "alerts", [a for t in threads.values() for a in t.source["alerts"]])
            swaps: list[Swap] = []
            for thread, occurrence in first.items():
                version = threads.get(thread)
                names: list[str] = version.source["alerts"] if version else []
                # An alert that its thread names but that is not there yet is being opened: it is not closed.
                placement = placed([(a, alerts[a].source["status"] if a in alerts else "new") for a in names])
                targets[thread] = placement.alert or occurrence
                if placement.alert is None:
                    swaps.append(Swap(thread, {"alerts": [*names, occurrence]}, version))
            lost = swap(self._cluster, "threads", swaps)
            first = {thread: first[thread] for thread in lost}
        return targets

    def _recompute(self, threads: Mapping[str, str]) -> tuple[set[str], dict[str, str]]:
        """Compute alerts, given with their threads, from their occurrences; those that came into being, all etags."""
        opened: set[str] = set()
        etags: dict[str, str] = {}
        left = list(threads)
        while left:
            known = fetch(self._cluster, "alerts", left)
            self._refresh()
            named = fetch(self._cluster, "threads", [threads[a] for a in left])
            swaps = []
            for alert_id, alert in self._computed(left, threads, named).items():
                version = known.get(alert_id)
                whole = decided(alert, alert_from(version.source)) if version else alert
                etags[alert_id] = whole.etag
                swaps.append(Swap(alert_id, alert_document(threads[alert_id], whole), version))
            left = swap(self._cluster, "alerts", swaps)
            opened |= {s.id for s in swaps if s.version is None and s.id not in left}
        return opened, etags

    def _refresh(self) -> None:
        name = self._cluster.name("occurrences")
        self._cluster.patiently(lambda: self._cluster.client.indices.refresh(index=name))

    def _computed(
        self, alert_ids: Sequence[str], threads: Mapping[str, str], named: Mapping[str, Version]
    ) -> dict[str, Alert]:
        found: dict[str, Alert] = {}
        for chunk in chunks(alert_ids, SEARCHES_AT_ONCE):
            answers = self._searched([line for alert_id in chunk for line in _searches(alert_id)])
            for number, alert_id in enumerate(chunk):
                earliest, latest = answers[2 * number : 2 * number + 2]
                precedent = _before(named[threads[alert_id]].source["alerts"], alert_id)
                if earliest["hits"]["hits"]:
                    found[alert_id] = _folded(alert_id, precedent, earliest, latest)
        return found

    def _searched(self, lines: Sequence[Record]) -> list[Record]:
        index = self._cluster.name("occurrences")
        answer = self._cluster.patiently(lambda: self._cluster.reader.msearch(index=index, searches=lines))
        for one in answer["responses"]:
            if "error" in one:
                raise meaning(self._cluster.address.shown, one["status"], one["error"]["type"], one["error"]["reason"])
        return list(answer["responses"])


def _document(o: Occurrence, alert_id: str) -> Document:
    return Document(o.id, dumps({**occurrence_record(o), "alert": alert_id}).encode())


def _searches(alert_id: str) -> tuple[Record, ...]:
    """The earliest occurrences of an alert with the sums over all, and the latest."""
    mine = {"term": {"alert": alert_id}}
    earliest = {
        "query": mine,
        "sort": ["first_seen", "id"],
        "size": EARLIEST_NEEDED,
        "track_total_hits": True,
        "aggs": {"count": {"sum": {"field": "count"}}},
    }
    return {}, earliest, {}, {"query": mine, "sort": [{"last_seen": "desc"}, {"id": "desc"}], "size": 1}


def _folded(alert_id: str, precedent: str | None, earliest: Record, latest: Record) -> Alert:
    totals = Totals(int(earliest["aggregations"]["count"]["value"]), earliest["hits"]["total"]["value"])
    first = [occurrence_from(hit["_source"]) for hit in earliest["hits"]["hits"]]
    return folded(alert_id, precedent, totals, first, occurrence_from(latest["hits"]["hits"][0]["_source"]))


def _before(names: Sequence[str], alert_id: str) -> str | None:
    place = names.index(alert_id)
    return names[place - 1] if place else None
