"""Assessments asked for over HTTP: a job of the worker, frozen when it is asked for, done once however often begun.

Assessment and end of the job are one commit. Where a store cannot do that at once (Elasticsearch), an assessment whose
job did not end yet is known again by its moment, its maker and its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from api.assessing import NothingStored, Order, SiteText, assess, period_of
from api.site_model import FILE, site_text
from detection.occurrence import text_id
from detection.site_reading import read_site
from response.compliance.running import keep_assessment
from response.incidents.reach import every
from response.ports import Store
from response.records import Deed, Put, RecordQuery, Stored
from response.store_errors import Conflict, NotFound
from response.times import time_ns, time_text

WHAT = "assessment"
RUNNING, FINISHED, FAILED = "running", "finished", "failed"
ATTEMPTS = 3
"""Times that an assessment is begun: one that ends its worker is not begun for ever."""


def begin(store: Store, order: Order) -> str:
    """A job for the order, with the period that it means now; gives its id. Raises NothingStored, StoreError."""
    start, end = period_of(store, order)
    asked = {
        "name": order.name,
        "frameworks": list(order.frameworks),
        "zones": list(order.zones),
        "start": time_text(start),
        "end": time_text(end),
    }
    job = text_id(WHAT, order.now, order.who, str(asked))
    with suppress(NotFound):  # begun before whoever asked was told
        return store.record("job", job).id
    body = {"at": time_text(order.now), "state": RUNNING, "what": WHAT, "by": order.who, "attempts": 0, "order": asked}
    deed = Deed(order.now, order.who, "assessment.order", "job", job, {"name": order.name})
    store.commit([Put("job", job, body)], deed)
    return job


def unfinished(store: Store) -> list[Stored]:
    """Jobs that a worker has to do."""
    return list(every(store, "job", what=WHAT, state=[RUNNING]))


def work(store: Store) -> bool:
    """Every job that has not ended; whether there was any."""
    found = unfinished(store)
    for job in found:
        with suppress(Conflict):  # another worker did it
            _do(store, job)
    return bool(found)


def told(body: Mapping[str, Any]) -> dict[str, Any]:
    """How far a job is, as jobs are told."""
    ended = {FINISHED: "done", FAILED: "failed"}.get(body["state"], "planned")
    return {
        "state": body["state"],
        "total": 1,
        "ended": {ended: 1},
        "result": body.get("result"),
        "why": body.get("why"),
    }


def _do(store: Store, job: Stored) -> None:
    order = _order(job)
    if made := _made(store, order):
        store.commit([_ended(job, FINISHED, result=made)])
        return
    if job.body["attempts"] >= ATTEMPTS:
        store.commit([_ended(job, FAILED, why="assessment_failed")])
        return
    [begun] = store.commit([Put("job", job.id, {**job.body, "attempts": job.body["attempts"] + 1}, job.etag)])
    assert isinstance(begun, Stored)
    text = site_text(store)
    if text is None:
        store.commit([_ended(begun, FAILED, why="no_site")])
        return
    try:
        assessment = assess(store, SiteText(read_site(FILE, text.text), FILE, text.digest), order)
    except NothingStored:
        store.commit([_ended(begun, FAILED, why="nothing_stored")])
        return
    keep_assessment(store, assessment, _ended(begun, FINISHED, result=assessment.id))


def _order(job: Stored) -> Order:
    asked = job.body["order"]
    return Order(
        name=asked["name"],
        who=job.body["by"],
        now=time_ns(job.body["at"]),
        frameworks=tuple(asked["frameworks"]),
        zones=tuple(asked["zones"]),
        start=time_ns(asked["start"]),
        end=time_ns(asked["end"]),
    )


def _made(store: Store, order: Order) -> str | None:
    found = store.records(RecordQuery("assessment", {"name": order.name}, start=order.now, end=order.now + 1)).items
    return next((each.id for each in found if each.body["made_by"] == order.who), None)


def _ended(job: Stored, state: str, **how: str) -> Put:
    return Put("job", job.id, {**job.body, "state": state, **how}, job.etag)
