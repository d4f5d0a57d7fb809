"""Saved views: on the server, so that they are there on another machine too, and can be shared."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.answers import ETAGGED, VERSIONED, Answer, answer, if_match, page
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute
from api.problems import Problem
from api.shapes import NewView, ViewPage, ViewShape
from api.wiring import Wiring, wiring_of
from response.records import Deed, Delete, Put, RecordQuery, Stored
from response.times import time_text

router = APIRouter(prefix="/views", tags=["views"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Own = Annotated[Caller, Depends(Needs("views:own"))]
MOST = 1000


@router.get("", response_model=ViewPage, operation_id="views_list")
def list_views(
    caller: Own, wiring: Parts, screen: Annotated[str | None, Query(pattern=r"^[a-z-]{1,32}$")] = None
) -> Answer:
    """One's own views and those that others share."""
    found = wiring.store.records(RecordQuery("view", {"screen": screen} if screen else {}, limit=MOST)).items
    shown = [each for each in found if each.body["shared"] or each.body["owner"] == caller.account.id]
    return page(sorted((_body(each) for each in shown), key=lambda body: (body["name"], body["id"])), None)


@router.post("", response_model=ViewShape, status_code=201, operation_id="views_create")
def create(given: NewView, caller: Own, wiring: Parts) -> Answer:
    """Save a view."""
    body = {"at": time_text(wiring.clock()), "owner": caller.account.id, **_checked(given, caller)}
    [stored] = wiring.store.commit([Put("view", wiring.secret()[:22], body)])
    assert isinstance(stored, Stored)
    return answer(_body(stored), etag=stored.etag, status=201)


@router.put(
    "/{view_id}",
    response_model=ViewShape,
    operation_id="views_change",
    openapi_extra=VERSIONED,
    responses={200: {"headers": ETAGGED}},
)
def change(view_id: str, given: NewView, request: Request, caller: Own, wiring: Parts) -> Answer:
    """Save a view of one's own anew. Needs If-Match."""
    etag, known = if_match(request), _owned(view_id, caller, wiring)
    [stored] = wiring.store.commit([Put("view", view_id, {**known.body, **_checked(given, caller)}, etag)])
    assert isinstance(stored, Stored)
    return answer(_body(stored), etag=stored.etag)


@router.delete("/{view_id}", status_code=204, operation_id="views_remove", openapi_extra=VERSIONED)
def remove(view_id: str, request: Request, caller: Own, wiring: Parts) -> Response:
    """Remove a view of one's own. Needs If-Match."""
    etag, known = if_match(request), _owned(view_id, caller, wiring)
    deed = Deed(wiring.clock(), caller.name, "view.remove", "view", view_id, {"name": known.body["name"]})
    wiring.store.commit([Delete("view", view_id, etag)], deed)
    return Response(status_code=204)


def _checked(given: NewView, caller: Caller) -> dict[str, Any]:
    if given.shared and not caller.may("views:share"):
        raise Problem(403, "forbidden", permission="views:share", roles=", ".join(caller.roles))
    return given.model_dump()


def _owned(view_id: str, caller: Caller, wiring: Wiring) -> Stored:
    known = wiring.store.record("view", view_id)
    if known.body["owner"] != caller.account.id:
        raise Problem(403, "not_yours", owner=known.body["owner"])
    return known


def _body(stored: Stored) -> dict[str, Any]:
    return {"id": stored.id, "etag": stored.etag, **stored.body}
