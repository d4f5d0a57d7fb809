"""Old and young rows in a store, and rounds of retention over it."""

from __future__ import annotations

import time
from typing import Any

import polars as pl

from api.storage.admission import stored_datasets
from api.storage.elastic import ElasticStore
from response.ports import EventQuery, Store
from response.records import Put
from response.retention.holdings import DAY
from response.retention.policy import Bound, changed
from response.retention.sweep import policy_in_force, put_policy, swept
from response.times import time_text
from tests.contract.store_cases import START, rows, segment

NOW = max(time.time_ns(), START) // DAY * DAY + 400 * DAY + DAY // 2
"""Noon of a day by which whatever these tests write was written long ago."""
YOUNG = NOW - 10 * DAY


def young_rows(dataset: str, count: int, begin: int = 0) -> pl.DataFrame:
    """Rows of ten days before `NOW`, with ids of their own."""
    times = [YOUNG + n * 1_000_000 for n in range(begin, begin + count)]
    columns: Any = {"@timestamp": times, "event.end": times}
    return rows(dataset, count, begin=1_000_000 + begin, **columns)


def put(store: Store, name: str, **datasets: pl.DataFrame) -> None:
    """Write a segment whose rows are a part of their own."""
    given: Any = datasets
    store.write(segment(name, **given))
    if isinstance(store, ElasticStore):
        for dataset in datasets:
            alias = store._cluster.name(dataset)
            store._cluster.client.indices.rollover(alias=alias)


def old_and_young(store: Store) -> None:
    """Two parts of old transactions, one of young ones; old flows."""
    put(store, "old-1", transaction=rows("transaction", 20), flow=rows("flow", 5))
    put(store, "old-2", transaction=rows("transaction", 30, begin=20))
    put(store, "young", transaction=young_rows("transaction", 10))


def sweep(store: Store, now: int = NOW) -> int:
    """A round of retention; how many steps it had."""
    return sum(1 for _ in swept(store, stored_datasets(), now))


def bound(store: Store, **bounds: Bound) -> None:
    """Set bounds of datasets."""
    policy, etag = policy_in_force(store, stored_datasets())
    put_policy(store, changed(policy, bounds), NOW, "root", etag)


def incident(store: Store, name: str, status: str, alerts: list[str], etag: str | None = None) -> str:
    """Put an incident of these alerts; its etag."""
    body: dict[str, Any] = {
        "status": status, "alerts": alerts, "first_seen": time_text(START), "last_seen": time_text(START + DAY),
    }  # fmt: skip
    [stored] = store.commit([Put("incident", name, body, etag)])
    assert not isinstance(stored, tuple)
    return stored.etag


def ids(store: Store, dataset: str) -> set[str]:
    """Ids of all rows that are stored."""
    return set(store.events(EventQuery(dataset, limit=5_000)).frame["event.id"])
