"""Events: search, hunt with groups, counts over time; without drills, unless the question is about `ot.drill`."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.moments import since
from api.shapes_events import (
    EventFields,
    EventGroupsShape,
    EventPageShape,
    EventSearch,
    EventSpans,
    EventTimeline,
    Hunt,
)
from api.wiring import Wiring, wiring_of
from response.conditions import parse_conditions
from response.ports import NO_DRILL, EventQuery
from response.times import SECOND, time_text
from sensors.fields import vocabulary

router = APIRouter(prefix="/events", tags=["events"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("events:read"))]
STAMP = "%Y-%m-%dT%H:%M:%S%.9fZ"
SPANS = 60
"""How many bars a timeline has at most when nobody says how long one is."""


@router.get("/fields", response_model=EventFields, operation_id="events_fields")
def fields(caller: Reader) -> Answer:
    """Datasets with their fields: what can be searched, in both languages."""
    words = vocabulary()
    found = []
    for dataset in words.datasets.values():
        if not dataset.stored:
            continue
        known = {f.name: f for f in (*dataset.fields, *words.context) if f.stored}
        described = [{"name": f.name, "type": f.type, "unit": f.unit, "en": f.en, "zh": f.zh} for f in known.values()]
        found.append({"name": dataset.name, "fields": described})
    return answer({"datasets": found})


@router.post("/search", response_model=EventPageShape, operation_id="events_search")
def search(given: EventSearch, caller: Reader, wiring: Parts) -> Answer:
    """Rows of one dataset, the latest first unless asked otherwise."""
    query = _query(given, wiring, limit=given.limit, cursor=given.cursor, descending=given.descending)
    found = wiring.store.events(query)
    return page(_rows(found.frame, given.fields), found.cursor)


@router.post("/hunt", response_model=EventGroupsShape, operation_id="events_hunt")
def hunt(given: Hunt, caller: Reader, wiring: Parts) -> Answer:
    """Rows counted by up to three fields, the largest groups first."""
    query = _query(given, wiring)
    found = wiring.store.group_events(query, given.by, given.limit)
    groups = [
        {
            "values": dict(zip(given.by, group.values, strict=True)),
            "count": group.count,
            "first": time_text(group.first),
            "last": time_text(group.last),
        }
        for group in found.groups
    ]
    return answer({"groups": groups, "whole": found.whole, "total": wiring.store.count_events(query)})


@router.post("/timeline", response_model=EventSpans, operation_id="events_timeline")
def timeline(given: EventTimeline, caller: Reader, wiring: Parts) -> Answer:
    """Rows counted over time."""
    query = _query(given, wiring)
    assert query.start is not None
    assert query.end is not None
    step = given.step * SECOND if given.step else max(SECOND, (query.end - query.start) // SPANS // SECOND * SECOND)
    spans = [{"start": time_text(start), "count": count} for start, count in wiring.store.events_over_time(query, step)]
    return answer({"step": step // SECOND, "spans": spans})


def _query(given: EventSearch | Hunt | EventTimeline, wiring: Wiring, **more: Any) -> EventQuery:
    now, where = wiring.clock(), parse_conditions(given.query)
    asked = {condition.field for condition in where} | set(given.by if isinstance(given, Hunt) else ())
    return EventQuery(
        given.dataset,
        start=since(given.start, now, "start"),
        end=since(given.end, now, "end") if given.end else now,
        equals={} if "ot.drill" in asked else NO_DRILL,
        where=where,
        **more,
    )


def _rows(frame: pl.DataFrame, wanted: list[str] | None) -> list[dict[str, Any]]:
    """Rows without what is not known, times as text."""
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    names = frame.columns if wanted is None else [n for n in frame.columns if n in {*wanted, "event.id"}]
    stamped = frame.select(names).with_columns(
        pl.col([n for n in times if n in names]).dt.strftime("%Y-%m-%dT%H:%M:%S%.9fZ")
    )
    return [{n: v for n, v in row.items() if v is not None} for row in stamped.iter_rows(named=True)]
