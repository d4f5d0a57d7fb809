"""Signing in at an issuer of OpenID Connect."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from api.answers import Answer, answer
from api.auth.entering import give_session, limit_attempts
from api.auth.guard import open_to_all
from api.auth.oidc.sign_on import SignOn
from api.auth.oidc.ticket import OPEN_FOR
from api.problems import Problem
from api.wiring import Wiring, wiring_of

router = APIRouter(prefix="/session/oidc", tags=["session"], dependencies=[Depends(open_to_all)])
Parts = Annotated[Wiring, Depends(wiring_of)]
Sent = Annotated[str, Query(max_length=4096)]
Place = Annotated[str, Query(alias="next", max_length=4096)]
STATE_COOKIE = "bittern_oidc"
PATH = "/api/v1/session/oidc"
OPEN: dict[str, Any] = {"security": []}
FAILED = "/#sign-in-failed="


class SignOnShape(BaseModel):
    """Whether people may sign in at an issuer, and what it is called."""

    enabled: bool
    name: str | None


@router.get("", response_model=SignOnShape, operation_id="oidc_show", openapi_extra=OPEN)
def show(wiring: Parts) -> Answer:
    """Whether there is single sign-on."""
    on = wiring.sign_on
    return answer({"enabled": on is not None, "name": on.issuer.name if on else None})


@router.get("/start", status_code=302, response_class=RedirectResponse, operation_id="oidc_start", openapi_extra=OPEN)
def start(request: Request, wiring: Parts, place: Place = "/") -> Response:
    """Go to the issuer; `next` is the place of the console to come back to."""
    on = _sign_on(wiring)
    try:
        limit_attempts(request, wiring)
        where, cookie = on.start(place)
    except Problem as problem:
        return _failed(problem)
    response = RedirectResponse(where, 302)
    response.set_cookie(
        STATE_COOKIE, cookie, max_age=OPEN_FOR, path=PATH, secure=wiring.settings.secure, httponly=True, samesite="lax"
    )
    return response


@router.get(
    "/callback", status_code=302, response_class=RedirectResponse, operation_id="oidc_callback", openapi_extra=OPEN
)
def callback(
    request: Request,
    wiring: Parts,
    state: Sent = "",
    code: Sent = "",
    error: Sent = "",
    iss: Annotated[str | None, Query(max_length=4096)] = None,
) -> Response:
    """Come back from the issuer: to the console, signed in or with why not."""
    on = _sign_on(wiring)
    try:
        limit_attempts(request, wiring)
        account, place = on.finish(request.cookies.get(STATE_COOKIE, ""), state, code, error, iss)
    except Problem as problem:
        return _failed(problem)
    lasts = on.issuer.session_lasts
    secret, _ = wiring.sessions.open(account, how="oidc", lasts=lasts)
    response = RedirectResponse(place, 302)
    response.delete_cookie(STATE_COOKIE, path=PATH)
    give_session(response, secret, lasts, wiring)
    return response


def _sign_on(wiring: Wiring) -> SignOn:
    if wiring.sign_on is None:
        raise Problem(404, "oidc_off")
    return wiring.sign_on


def _failed(problem: Problem) -> Response:
    """A browser is there, not a program: the console says what is wrong, with the problem's own code and numbers."""
    numbers = {name: value for name, value in problem.parameters.items() if isinstance(value, int)}
    response = RedirectResponse(FAILED + "&".join(filter(None, (problem.code, urlencode(numbers)))), 302)
    response.delete_cookie(STATE_COOKIE, path=PATH)
    return response
