"""What a store holds, for how long, and what becomes of it, as one JSON object, for the API and `bittern db stats`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.storage.admission import stored_datasets
from response.ports import Store
from response.retention.forecast import Outlook, disk_outlook, outlooks
from response.retention.holdings import DatasetHoldings, Holdings
from response.retention.policy import Policy
from response.retention.removed import Removed, all_kept, all_removed
from response.retention.sweep import policy_in_force
from response.times import time_text


def storage_document(store: Store, now: int) -> dict[str, Any]:
    """Every dataset that holds something, or of which something was removed; records; the disk. Raises StoreError."""
    holdings = store.holdings(now)
    policy, etag = policy_in_force(store, stored_datasets())
    found = outlooks(holdings, policy, now)
    removed, kept = all_removed(store), all_kept(store)
    held = {each.dataset: each for each in holdings.datasets}
    coming = {each.dataset: each for each in found}
    names = [name for name in policy.bounds if name in held or name in removed]
    disk = disk_outlook(holdings, found)
    return {
        "at": time_text(now),
        "datasets": [
            _dataset(name, held.get(name), policy, coming.get(name), removed.get(name))
            | {"kept_bytes": kept.get(name, 0)}
            for name in names
        ],
        "event_bytes": holdings.bytes,
        "records": dict(sorted(holdings.records.items())),
        "record_bytes": holdings.record_bytes,
        "disk": _disk(holdings) | {"outlook": {"state": disk.state, "days": disk.days, "bytes": disk.bytes}},
        "retention": etag,
    }


def _disk(holdings: Holdings) -> dict[str, int | None]:
    return {"bytes": holdings.disk_bytes, "free": holdings.disk_free}


def _dataset(
    name: str, held: DatasetHoldings | None, policy: Policy, coming: Outlook | None, removed: Removed | None
) -> dict[str, Any]:
    held = held or DatasetHoldings(name, 0, 0, 0)
    return {
        "dataset": name,
        "rows": held.rows,
        "bytes": held.bytes,
        "parts": held.parts,
        "first": _time(held.first),
        "last": _time(held.last),
        "rows_per_day": coming.rows_per_day if coming else 0,
        "bytes_per_day": coming.bytes_per_day if coming else 0,
        "bound": policy.record()[name],
        "outlook": _outlook(coming),
        "removed": _removed(removed),
    }


def _outlook(coming: Outlook | None) -> Mapping[str, Any]:
    if coming is None:
        return {"state": "idle", "days": None, "bytes": 0, "kept_days": None}
    return {"state": coming.state, "days": coming.days, "bytes": coming.bytes, "kept_days": coming.kept_days}


def _removed(removed: Removed | None) -> Mapping[str, Any] | None:
    if removed is None:
        return None
    return {
        "before": time_text(removed.border),
        "rows": removed.rows,
        "bytes": removed.bytes,
        "parts": removed.parts,
        "at": time_text(removed.at),
    }


def _time(ns: int | None) -> str | None:
    return None if ns is None else time_text(max(0, ns))
