"""Steps of an alert's rule that people ticked: who, and when. Beside the alert, whose etag is for decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.ports import Store
from response.records import Deed, Put
from response.store_errors import Conflict, NotFound
from response.times import time_text

KIND = "ticks"
ATTEMPTS = 8
Ticks = Mapping[str, Any]
"""By number of the step from 1, as text: who and at."""


def ticks_of(store: Store, alert: str) -> Ticks:
    """What of an alert's steps is done."""
    try:
        found: Ticks = store.record(KIND, alert).body["ticks"]
    except NotFound:
        return {}
    return found


def tick(store: Store, alert: str, step: int, done: bool, *, who: str, at: int) -> Ticks:
    """Ticks a step of an alert or takes its tick away; `at` is now (ns). Whoever ticked it first stays named. Raises
    Conflict when others tick all the time, StoreError."""
    for _ in range(ATTEMPTS):
        try:
            known = store.record(KIND, alert)
            etag, before = known.etag, dict(known.body["ticks"])
        except NotFound:
            etag, before = None, {}
        if (str(step) in before) == done:
            return before
        after = {name: value for name, value in before.items() if name != str(step)}
        if done:
            after[str(step)] = {"who": who, "at": time_text(at)}
        deed = Deed(at, who, "alert.tick", "alert", alert, {"step": step, "done": done})
        try:
            store.commit([Put(KIND, alert, {"at": time_text(at), "ticks": after}, etag)], deed)
        except Conflict:
            continue
        return after
    raise Conflict(f"ticks {alert}", "other_etag", etag="", given="")
