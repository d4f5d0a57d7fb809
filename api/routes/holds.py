"""Legal holds: which incidents keep their packets, since when, by whom, why, and what is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.shapes_events import HoldPage, HoldShape
from api.wiring import Wiring, wiring_of
from response.holds.record import GOING_ON, KIND, document
from response.records import RecordQuery

router = APIRouter(tags=["evidence"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("incidents:read"))]


@router.get("/holds", response_model=HoldPage, operation_id="holds_list")
def list_holds(
    caller: Reader,
    wiring: Parts,
    released: Annotated[bool, Query(description="also those that ended")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Answer:
    """Holds of packets, the latest change first."""
    query = RecordQuery(KIND, {} if released else {"state": GOING_ON}, limit=limit, cursor=cursor)
    found = wiring.store.records(query)
    return page((document(each.id, each.body) for each in found.items), found.cursor)


@router.get("/incidents/{incident}/hold", response_model=HoldShape, operation_id="holds_show")
def show(incident: str, caller: Reader, wiring: Parts) -> Answer:
    """What the hold of an incident keeps. 404 where it was never held, or until the worker has seen it."""
    return answer(document(incident, wiring.store.record(KIND, incident).body))
