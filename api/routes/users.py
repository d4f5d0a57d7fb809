"""Accounts of people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api.answers import ETAGGED, VERSIONED, Answer, answer, if_match, page
from api.auth.accounts import Account
from api.auth.guard import Caller, Needs
from api.idempotency import IdempotentRoute
from api.shapes import CreatedUser, NewUser, Secret, UserChange, UserPage, UserShape
from api.wiring import Wiring, wiring_of

router = APIRouter(prefix="/users", tags=["users"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("users:read"))]
Changer = Annotated[Caller, Depends(Needs("users:change"))]


@router.get("", response_model=UserPage, operation_id="users_list")
def list_users(caller: Reader, wiring: Parts) -> Answer:
    """All accounts by name."""
    return page((_body(account, wiring) for account in wiring.accounts.everybody()), None)


@router.post("", response_model=CreatedUser, status_code=201, operation_id="users_create")
def create(given: NewUser, caller: Changer, wiring: Parts) -> Answer:
    """A new account; the one-time secret is shown in this answer only."""
    account, once = wiring.accounts.create(given.name, tuple(given.roles), by=caller.name, password=given.password)
    return answer({**_body(account, wiring), "one_time": once}, etag=account.etag, status=201)


@router.get("/{user}", response_model=UserShape, operation_id="users_show", responses={200: {"headers": ETAGGED}})
def show(user: str, caller: Reader, wiring: Parts) -> Answer:
    """One account."""
    account = wiring.accounts.get(user)
    return answer(_body(account, wiring), etag=account.etag)


@router.patch(
    "/{user}",
    response_model=UserShape,
    operation_id="users_change",
    openapi_extra=VERSIONED,
    responses={200: {"headers": ETAGGED}},
)
def change(user: str, given: UserChange, request: Request, caller: Changer, wiring: Parts) -> Answer:
    """Change an account. Needs If-Match. New roles and a disabled account end its sessions."""
    etag = if_match(request)
    fields = {name: value for name, value in given.model_dump().items() if value is not None}
    account = wiring.accounts.change(wiring.accounts.get(user), by=caller.name, etag=etag, **fields)
    if "roles" in fields or not account.active:
        wiring.sessions.close_all(account.id)
    return answer(_body(account, wiring), etag=account.etag)


@router.post("/{user}/one-time", response_model=Secret, status_code=201, operation_id="users_one_time")
def one_time(user: str, caller: Changer, wiring: Parts) -> Answer:
    """A secret that signs the person in once, to choose a new password; it also unlocks the account."""
    return answer({"one_time": wiring.accounts.new_one_time(wiring.accounts.get(user), by=caller.name)}, status=201)


def _body(account: Account, wiring: Wiring) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "display": account.display,
        "roles": list(account.roles),
        "permissions": sorted(wiring.permissions_of(account)),
        "state": "active" if account.active else "disabled",
        "origin": account.origin,
        "language": account.language,
        "locked_until": account.body.get("locked_until"),
        "at": account.body["at"],
        "etag": account.etag,
    }
