"""Incidents: list, one, decide, split, merge, take back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from api.answers import ETAGGED, VERSIONED, Answer, answer, if_match, page
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute
from api.incident_documents import incident_body
from api.problems import Problem
from api.shapes import Severity, Status
from api.shapes_triage import DecisionMade, IncidentDecision, IncidentPage, IncidentShape, Merge, Split
from api.triage import incidents_over
from api.wiring import Wiring, wiring_of
from response.incidents.desk import IncidentDesk
from response.incidents.people import IncidentChange
from response.records import RecordQuery, Scalar

router = APIRouter(tags=["incidents"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("incidents:read"))]
Changer = Annotated[Caller, Depends(Needs("incidents:change"))]
Commenter = Annotated[Caller, Depends(Needs("incidents:comment"))]


@router.get("/incidents", response_model=IncidentPage, operation_id="incidents_list")
def list_incidents(
    caller: Reader,
    wiring: Parts,
    status: Annotated[list[Status] | None, Query()] = None,
    severity: Annotated[list[Severity] | None, Query()] = None,
    assignee: Annotated[list[Annotated[str, Field(max_length=64)]] | None, Query()] = None,
    asset: Annotated[list[Annotated[str, Field(max_length=200)]] | None, Query()] = None,
    held: Annotated[bool | None, Query(description="those that retention leaves alone for a person's hold")] = None,
    drill: Annotated[bool, Query()] = False,
    merged: Annotated[bool, Query(description="also those that became part of another")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Answer:
    """Incidents, the latest first."""
    asked = {"status": status, "severity": severity, "assignee": assignee, "assets": asset}
    equals: dict[str, Scalar | list[Any]] = {name: list(words) for name, words in asked.items() if words}
    equals |= {} if held is None else {"held": held}
    found = wiring.store.records(RecordQuery("incident", {**equals, "drill": drill}, limit=limit, cursor=cursor))
    shown = [each for each in found.items if merged or each.body["alerts"]]
    return page((incident_body(each, brief=True) for each in shown), found.cursor)


@router.post("/incident-decisions", response_model=DecisionMade, status_code=201, operation_id="incidents_merge")
def merge(given: Merge, caller: Changer, wiring: Parts) -> Answer:
    """Make one incident of several."""
    return answer(
        {"decision": _desk(wiring).merge(given.incidents, wiring.clock(), caller.name, given.reason)}, status=201
    )


@router.delete("/incident-decisions/{decision}", response_model=DecisionMade, operation_id="incidents_undo")
def undo(decision: str, caller: Changer, wiring: Parts) -> Answer:
    """Take a split or merge back."""
    _desk(wiring).undo(decision, wiring.clock(), caller.name)
    return answer({"decision": decision})


@router.get(
    "/incidents/{incident}",
    response_model=IncidentShape,
    operation_id="incidents_show",
    responses={200: {"headers": ETAGGED}},
)
def show(incident: str, caller: Reader, wiring: Parts) -> Answer:
    """One incident: members with their reasons, timeline, tasks, risk and its terms, measures in ns."""
    body = incident_body(wiring.store.record("incident", incident))
    return answer(body, etag=body["etag"])


@router.patch(
    "/incidents/{incident}",
    response_model=IncidentShape,
    operation_id="incidents_decide",
    openapi_extra=VERSIONED,
    responses={200: {"headers": ETAGGED}},
)
def decide(incident: str, given: IncidentDecision, request: Request, caller: Commenter, wiring: Parts) -> Answer:
    """Take, assign, close, comment, tick. Needs If-Match; whoever only comments needs no more than that."""
    revision = int(if_match(request))
    asked = given.model_dump()
    if any(asked[name] is not None for name in asked if name != "reason") and not caller.may("incidents:change"):
        raise Problem(403, "forbidden", permission="incidents:change", roles=", ".join(caller.roles))
    change = IncidentChange(at=wiring.clock(), who=caller.name, **asked)
    body = incident_body(_desk(wiring).change(incident, change, revision))
    return answer(body, etag=body["etag"])


@router.post(
    "/incidents/{incident}/split", response_model=DecisionMade, status_code=201, operation_id="incidents_split"
)
def split(incident: str, given: Split, caller: Changer, wiring: Parts) -> Answer:
    """Set alerts apart from the rest of their incident."""
    decision = _desk(wiring).split(incident, given.alerts, wiring.clock(), caller.name, given.reason)
    return answer({"decision": decision}, status=201)


def _desk(wiring: Wiring) -> IncidentDesk:
    return IncidentDesk(incidents_over(wiring.store, wiring.rules, wiring.site.site()))
