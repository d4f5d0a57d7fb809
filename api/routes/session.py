"""Signing in and out."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.answers import Answer, answer
from api.auth.accounts import Account, Locked
from api.auth.entering import give_session, limit_attempts
from api.auth.guard import COOKIE, Caller, Needs, check_origin, identify, open_to_all, permissions_of
from api.auth.passwords import is_right
from api.auth.sessions import ABSOLUTE, Session
from api.idempotency import IdempotentRoute
from api.problems import Problem
from api.shapes import Credentials, NewPassword, OneTimeSecret, SessionShape
from api.wiring import Wiring, wiring_of
from response.times import SECOND, time_text

router = APIRouter(prefix="/session", tags=["session"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Own = Annotated[Caller, Depends(Needs("session:own"))]


@router.get("", response_model=SessionShape, dependencies=[Depends(open_to_all)], operation_id="session_show")
def show(request: Request, wiring: Parts) -> Answer:
    """Who is signed in. 401 when nobody is."""
    caller = identify(request, wiring)
    if caller is None:
        raise Problem(401, "not_signed_in")
    return answer(_body(caller.account, caller.permissions, caller.session))


@router.post(
    "", response_model=SessionShape, status_code=201, dependencies=[Depends(open_to_all)], operation_id="session_open"
)
def sign_in(request: Request, given: Credentials, wiring: Parts) -> Response:
    """Sign in with name and password."""
    _check_attempt(request, wiring)
    try:
        account = wiring.accounts.sign_in(given.name, given.password)
    except Locked as locked:
        seconds = locked.remaining // SECOND + 1
        raise Problem(423, "locked", headers={"Retry-After": str(seconds)}, seconds=seconds) from None
    return _opened(account, "password", wiring)


@router.post(
    "/one-time",
    response_model=SessionShape,
    status_code=201,
    dependencies=[Depends(open_to_all)],
    operation_id="session_open_once",
)
def sign_in_once(request: Request, given: OneTimeSecret, wiring: Parts) -> Response:
    """Sign in with a one-time secret."""
    _check_attempt(request, wiring)
    return _opened(wiring.accounts.sign_in_once(given.secret), "one_time", wiring)


@router.put("/password", response_model=SessionShape, operation_id="session_password")
def new_password(given: NewPassword, caller: Own, wiring: Parts) -> Response:
    """Choose a new password. Every other session of the account ends."""
    account = caller.account
    if account.origin != "local" or caller.session is None:
        raise Problem(403, "forbidden", permission="session:own", roles=", ".join(caller.roles))
    if not account.must_change and not is_right(account.body.get("password"), given.current or ""):
        raise Problem(403, "wrong_password")
    changed = wiring.accounts.set_password(account, given.password, by=account.id)
    wiring.sessions.close_all(account.id)
    return _opened(changed, "password", wiring, status=200)


@router.delete("", status_code=204, operation_id="session_close")
def sign_out(caller: Own, wiring: Parts) -> Response:
    """Sign out."""
    if caller.session is not None:
        wiring.sessions.close(caller.session, who=caller.name)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


def _check_attempt(request: Request, wiring: Wiring) -> None:
    check_origin(request, wiring.settings.base_url)
    limit_attempts(request, wiring)


def _opened(account: Account | None, how: str, wiring: Wiring, status: int = 201) -> Response:
    if account is None:
        raise Problem(401, "wrong_credentials")
    secret, session = wiring.sessions.open(account, how=how)
    response = answer(_body(account, permissions_of(account), session), status=status)
    give_session(response, secret, ABSOLUTE, wiring)
    return response


def _body(account: Account, permissions: frozenset[str], session: Session | None) -> dict[str, object]:
    return {
        "user": account.id,
        "display": account.display,
        "language": account.language,
        "roles": list(account.roles),
        "permissions": sorted(permissions),
        "csrf": session.csrf if session else None,
        "ends": time_text(session.ends) if session else None,
        "must_change_password": account.must_change,
        "version": metadata.version("bittern"),
    }
