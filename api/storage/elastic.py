"""The Elasticsearch store (8.19 and 9): data streams for events, plain indices with compare-and-set for records.

See `elastic_segments` (exactly once), `elastic_alerts` (folding), `elastic_mapping` (templates from the vocabulary) and
docs/decisions/store-elasticsearch.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from api.storage.address import ElasticAddress
from api.storage.assets import gathered, merged
from api.storage.elastic_cluster import Cluster
from api.storage.elastic_documents import Swap, every, fetch, swap
from api.storage.elastic_events import (
    count_events,
    count_found,
    events_over_time,
    group_events,
    read_events,
    sums_over_time,
)
from api.storage.elastic_facets import alert_facets, count_alerts
from api.storage.elastic_mapping import SCHEMA
from api.storage.elastic_parts import holding_any, list_parts, read_holdings, remove_parts, roll_over
from api.storage.elastic_records import ElasticRecords
from api.storage.elastic_segments import DONE, write_segment
from api.storage.elastic_triage import list_alerts, read_alert, read_occurrences
from api.storage.records import alert_from, asset_from, asset_record, dead_letter_from
from detection.occurrence import Occurrence, text_id
from response.alerts import Alert, AlertChange
from response.ports import (
    AlertQuery,
    AssetRecord,
    DeadLetter,
    EventGroups,
    EventPage,
    EventQuery,
    EventSums,
    Page,
    Segment,
    StoreHealth,
    Written,
)
from response.records import AuditLine, Change, Decide, Deed, RecordQuery, Stored, Write
from response.retention.holdings import Holdings, Part
from response.retention.policy import Bound
from response.store_errors import NotFound

ALL: Mapping[str, Any] = {"match_all": {}}


class ElasticStore:
    """The Store port over an Elasticsearch cluster; any number of workers and readers at once."""

    def __init__(self, address: ElasticAddress) -> None:
        """Connect. Raises Unreachable, Denied, WrongSchema."""
        self._cluster = Cluster(address)
        self._records = ElasticRecords(self._cluster)

    def write(self, segment: Segment) -> Written:
        return write_segment(self._cluster, segment, self._records.note)

    def write_all(self, segments: Sequence[Segment]) -> Written:
        return sum((self.write(each) for each in segments), Written())

    def alerts(self, query: AlertQuery) -> Page[Alert]:
        return list_alerts(self._cluster, query)

    def alert(self, alert_id: str) -> Alert:
        return alert_from(read_alert(self._cluster, alert_id).source)

    def count_alerts(self, query: AlertQuery) -> int:
        return count_alerts(self._cluster, query)

    def alert_facets(self, query: AlertQuery, by: Sequence[str]) -> Mapping[str, tuple[tuple[str | None, int], ...]]:
        return alert_facets(self._cluster, query, by)

    def occurrences(self, alert_id: str) -> tuple[Occurrence, ...]:
        return read_occurrences(self._cluster, alert_id)

    def update_alert(self, alert_id: str, change: AlertChange, etag: str) -> Alert:
        [alert] = self.commit([Decide(alert_id, change, etag)])
        assert isinstance(alert, Alert)
        return alert

    def commit(self, writes: Sequence[Write], deed: Deed | None = None) -> tuple[Stored | Alert, ...]:
        return self._records.commit(writes, deed)

    def record(self, kind: str, record_id: str) -> Stored:
        return self._records.record(kind, record_id)

    def records(self, query: RecordQuery) -> Page[Stored]:
        return self._records.records(query)

    def changes(self, after: int, limit: int = 500) -> tuple[Change, ...]:
        return self._records.changes(after, limit)

    def last_change(self) -> int:
        return self._records.last_change()

    def audit(self, after: int = 0, limit: int = 500) -> tuple[AuditLine, ...]:
        return self._records.audit(after, limit)

    def events(self, query: EventQuery) -> EventPage:
        return read_events(self._cluster, query)

    def group_events(self, query: EventQuery, by: Sequence[str], limit: int, sums: Sequence[str] = ()) -> EventGroups:
        return group_events(self._cluster, query, by, limit, sums)

    def events_over_time(self, query: EventQuery, step: int) -> tuple[tuple[int, int], ...]:
        return events_over_time(self._cluster, query, step)

    def sums_over_time(self, query: EventQuery, step: int, by: Sequence[str], of: str) -> EventSums:
        return sums_over_time(self._cluster, query, step, by, of)

    def count_events(self, query: EventQuery) -> int:
        return count_found(self._cluster, query)

    def count(self, dataset: str) -> int:
        return count_events(self._cluster, dataset)

    def holdings(self, now: int) -> Holdings:
        return read_holdings(self._cluster, now)

    def parts(self, dataset: str, after: tuple[int, str] | None = None, limit: int = 500) -> tuple[Part, ...]:
        return list_parts(self._cluster, dataset, after, limit)

    def parts_holding(self, dataset: str, parts: Sequence[str], events: Collection[str]) -> frozenset[str]:
        return holding_any(self._cluster, parts, events)

    def remove_parts(self, dataset: str, parts: Sequence[str]) -> None:
        remove_parts(self._cluster, dataset, parts)

    def tend(self, dataset: str, bound: Bound) -> bool:
        roll_over(self._cluster, dataset, bound)
        return False

    def put_assets(self, assets: Sequence[AssetRecord]) -> None:
        name = self._cluster.ensure("assets")
        left = {_asset_id(key): record for key, record in gathered(assets).items()}
        while left:
            known = fetch(self._cluster, "assets", left)
            swaps = []
            for asset_id, record in left.items():
                version = known.get(asset_id)
                whole = merged(asset_from(version.source), record) if version else record
                swaps.append(Swap(asset_id, asset_record(whole), version))
            left = {asset_id: left[asset_id] for asset_id in swap(self._cluster, "assets", swaps)}
        self._cluster.patiently(lambda: self._cluster.client.indices.refresh(index=name))

    def assets(self) -> tuple[AssetRecord, ...]:
        found = (asset_from(source) for source in every(self._cluster, "assets", ALL, ["key"]))
        return tuple(sorted(found, key=lambda asset: asset.key))

    def asset(self, key: str) -> AssetRecord:
        found = fetch(self._cluster, "assets", [_asset_id(key)])
        if not found:
            raise NotFound(f"asset {key}", "no_such_key")
        return asset_from(found[_asset_id(key)].source)

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        return tuple(dead_letter_from(source) for source in every(self._cluster, "dead-letters", ALL, ["id"]))

    def health(self) -> StoreHealth:
        cluster, client = self._cluster, self._cluster.reader
        whole = cluster.name("*")
        state = cluster.call(client.cluster.health)
        nodes = cluster.call(lambda: client.nodes.info(filter_path="nodes.*.version"))
        versions = sorted({node["version"] for node in nodes["nodes"].values()})
        cluster.call(lambda: client.indices.refresh(index=whole, ignore_unavailable=True))
        size = cluster.call(lambda: client.indices.stats(index=whole, metric="store", filter_path="_all.total.store"))
        blocks = cluster.call(lambda: client.indices.get_settings(index=whole, name="index.blocks.*"))
        return StoreHealth(
            kind="elastic",
            location=cluster.address.shown,
            version=f"Elasticsearch {', '.join(versions)}, schema {SCHEMA}",
            status=state["status"],
            writable=not blocks.body,
            segments=self._number("segments", {"term": {"state": DONE}}),
            alerts=self._number("alerts", ALL),
            dead_letters=self._number("dead-letters", ALL),
            bytes=size.get("_all", {}).get("total", {}).get("store", {}).get("size_in_bytes"),
        )

    def _number(self, part: str, query: Mapping[str, Any]) -> int:
        name, client = self._cluster.name(part), self._cluster.reader
        answer = self._cluster.call(lambda: client.count(index=name, query=query, ignore_unavailable=True))
        return int(answer["count"])

    def close(self) -> None:
        self._cluster.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _asset_id(key: str) -> str:
    return text_id("asset", key)
