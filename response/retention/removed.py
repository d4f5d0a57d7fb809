"""What retention removed: a record for each dataset, with the time before which rows are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from response.ports import Store
from response.records import RecordQuery, Stored
from response.retention.holdings import Part
from response.store_errors import NotFound
from response.times import time_ns, time_text

KIND = "retention"
MOST_DATASETS = 100
SUMS = ("rows", "bytes", "parts")


@dataclass(frozen=True)
class Removed:
    """Of a dataset: rows before `border` (ns) may be missing; how much was removed since the store began, and when
    last."""

    dataset: str
    border: int
    rows: int
    bytes: int
    parts: int
    at: int


def all_removed(store: Store) -> dict[str, Removed]:
    """What was removed of each dataset of which something was."""
    found = store.records(RecordQuery(KIND, limit=MOST_DATASETS)).items
    return {each.id: _removed(each) for each in found if each.body["border"] is not None}


def all_kept(store: Store) -> dict[str, int]:
    """Bytes of each dataset that were due at the last round and stayed for open or held incidents."""
    found = store.records(RecordQuery(KIND, limit=MOST_DATASETS)).items
    return {each.id: int(each.body["kept_bytes"]) for each in found if each.body["kept_bytes"]}


def _removed(stored: Stored) -> Removed:
    body = stored.body
    coming = body["removing"]  # begun, and perhaps done
    rows, size, parts = (
        body["rows"] + sum(each["rows"] for each in coming),
        body["bytes"] + sum(each["bytes"] for each in coming),
        body["parts"] + len(coming),
    )
    return Removed(stored.id, time_ns(body["border"]), rows, size, parts, time_ns(body["at"]))


def record_of(store: Store, dataset: str) -> Stored | None:
    """The record of a dataset, None while nothing was removed or kept."""
    try:
        return store.record(KIND, dataset)
    except NotFound:
        return None


def fresh(now: int) -> dict[str, Any]:
    """The record of a dataset of which nothing was removed. `told` is what the audit log says of it."""
    nothing = dict.fromkeys(SUMS, 0)
    return {"at": time_text(now), "border": None, **nothing, "removing": [], "told": nothing, "kept_bytes": 0}


def begun(body: Mapping[str, Any], parts: Sequence[Part], now: int) -> dict[str, Any]:
    """The record before parts are removed: whoever reads it knows already that they may be missing."""
    border = max(part.last for part in parts) + 1
    if body["border"] is not None:
        border = max(border, time_ns(body["border"]))
    removing = [{"id": part.id, "rows": part.rows, "bytes": part.bytes} for part in parts]
    return {**body, "at": time_text(now), "border": time_text(max(0, border)), "removing": removing}


def ended(body: Mapping[str, Any]) -> dict[str, Any]:
    """The record after they were removed."""
    gone = body["removing"]
    return {
        **body,
        "rows": body["rows"] + sum(each["rows"] for each in gone),
        "bytes": body["bytes"] + sum(each["bytes"] for each in gone),
        "parts": body["parts"] + len(gone),
        "removing": [],
    }


def untold(body: Mapping[str, Any]) -> dict[str, int]:
    """What was removed since the audit log was told last."""
    return {name: body[name] - body["told"][name] for name in SUMS}
