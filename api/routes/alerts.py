"""Alerts: list, one, decide, comment."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request

from api.alert_choice import Chosen
from api.alert_documents import alert_body
from api.answers import ETAGGED, VERSIONED, Answer, answer, if_match, only_fields, page
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute
from api.problems import Problem
from api.shapes import (
    AlertDecision,
    AlertPage,
    AlertShape,
    Comment,
    Facet,
    FacetsShape,
    Tick,
    TicksShape,
)
from api.triage import desk_over
from api.wiring import Wiring, wiring_of
from response.alerts import Alert, AlertChange
from response.ports import FACETS
from response.triage.ticks import tick, ticks_of

router = APIRouter(prefix="/alerts", tags=["alerts"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("alerts:read"))]
Sort = Literal[
    "last_seen", "-last_seen", "first_seen", "-first_seen", "severity", "-severity", "count", "-count"
]  # fmt: skip
MOST = 10_000


@router.get("", response_model=AlertPage, operation_id="alerts_list")
def list_alerts(
    caller: Reader,
    wiring: Parts,
    query: Chosen,
    sort: Annotated[Sort, Query()] = "-last_seen",
    fields: Annotated[str | None, Query(max_length=1000, description="only these, with commas")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Answer:
    """Alerts in order, a page at a time."""
    ordered = replace(query, sort=sort.removeprefix("-"), descending=sort.startswith("-"), limit=limit, cursor=cursor)
    found = wiring.store.alerts(ordered)
    bodies = (alert_body(alert, wiring.tellers, brief=True) for alert in found.items)
    return page((only_fields(body, fields) for body in bodies), found.cursor)


@router.get("/facets", response_model=FacetsShape, operation_id="alerts_facets")
def facets(
    caller: Reader,
    wiring: Parts,
    query: Chosen,
    by: Annotated[list[Facet], Query(min_length=1, max_length=len(FACETS))],
) -> Answer:
    """How many alerts there are of each value of these fields, the most frequent first."""
    counted = wiring.store.alert_facets(query, by)
    values = {name: [{"value": value, "alerts": n} for value, n in of] for name, of in counted.items()}
    return answer({"total": wiring.store.count_alerts(query), "facets": values})


@router.get("/{alert_id}", response_model=AlertShape, operation_id="alerts_show", responses={200: {"headers": ETAGGED}})
def show(alert_id: str, caller: Reader, wiring: Parts) -> Answer:
    """One alert, whatever its state."""
    return _whole(wiring.store.alert(alert_id), wiring)


@router.patch(
    "/{alert_id}",
    response_model=AlertShape,
    operation_id="alerts_decide",
    openapi_extra=VERSIONED,
    responses={200: {"headers": ETAGGED}},
)
def decide(
    alert_id: str,
    given: AlertDecision,
    request: Request,
    caller: Annotated[Caller, Depends(Needs("alerts:take"))],
    wiring: Parts,
) -> Answer:
    """Take, assign, close or reopen an alert. Needs If-Match; closing and reopening need `alerts:close`, closing a
    reason."""
    etag = if_match(request)
    alert = wiring.store.alert(alert_id)
    closes = given.status == "closed" or (alert.status == "closed" and given.status is not None)
    if closes and not caller.may("alerts:close"):
        raise Problem(403, "forbidden", permission="alerts:close", roles=", ".join(caller.roles))
    change = AlertChange(
        at=wiring.clock(),
        who=caller.name,
        status=given.status,
        resolution=given.resolution,
        assignee=given.assignee,
        reason=given.reason,
    )
    return _whole(desk_over(wiring.store, wiring.rules).decide(alert_id, change, etag), wiring)


@router.get("/{alert_id}/ticks", response_model=TicksShape, operation_id="alerts_ticks")
def ticks(alert_id: str, caller: Reader, wiring: Parts) -> Answer:
    """Which steps of the alert's rule are done, by whom and when."""
    return answer({"ticks": ticks_of(wiring.store, wiring.store.alert(alert_id).id)})


@router.put("/{alert_id}/ticks/{step}", response_model=TicksShape, operation_id="alerts_tick")
def put_tick(
    alert_id: str,
    step: Annotated[int, Path(ge=1, le=99)],
    given: Tick,
    caller: Annotated[Caller, Depends(Needs("alerts:take"))],
    wiring: Parts,
) -> Answer:
    """Tick a step, by its number from 1, or take its tick away."""
    alert = wiring.store.alert(alert_id)
    steps = len(wiring.tellers["en"].tell(alert).do)
    if step > steps:
        raise Problem(404, "no_such_step", step=step, steps=steps)
    return answer({"ticks": tick(wiring.store, alert.id, step, given.done, who=caller.name, at=wiring.clock())})


@router.post("/{alert_id}/comments", response_model=AlertShape, status_code=201, operation_id="alerts_comment")
def comment(
    alert_id: str, given: Comment, caller: Annotated[Caller, Depends(Needs("alerts:comment"))], wiring: Parts
) -> Answer:
    """Say something about an alert."""
    alert = wiring.store.alert(alert_id)
    change = AlertChange(at=wiring.clock(), who=caller.name, reason=given.text)
    said = desk_over(wiring.store, wiring.rules).decide(alert_id, change, alert.etag, "alert.comment")
    return _whole(said, wiring, status=201)


def _whole(alert: Alert, wiring: Wiring, status: int = 200) -> Answer:
    return answer(alert_body(alert, wiring.tellers), etag=alert.etag, status=status)
