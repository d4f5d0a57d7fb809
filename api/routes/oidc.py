"""Signing in at an issuer of OpenID Connect."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from api.answers import Answer, answer
from api.auth.guard import COOKIE, open_to_all
from api.auth.oidc import OPEN_FOR, SignOn
from api.auth.sessions import ABSOLUTE
from api.problems import Problem
from api.routes.session import SIGN_IN_COST
from api.wiring import Wiring, wiring_of
from response.store_errors import Invalid
from response.times import SECOND

router = APIRouter(prefix="/session/oidc", tags=["session"], dependencies=[Depends(open_to_all)])
Parts = Annotated[Wiring, Depends(wiring_of)]
Sent = Annotated[str, Query(max_length=4096)]
STATE_COOKIE = "bittern_oidc"
PATH = "/api/v1/session/oidc"


class SignOnShape(BaseModel):
    """Whether people may sign in at an issuer, and what it is called."""

    enabled: bool
    name: str | None


@router.get("", response_model=SignOnShape, operation_id="oidc_show")
def show(wiring: Parts) -> Answer:
    """Whether there is single sign-on."""
    on = wiring.sign_on
    return answer({"enabled": on is not None, "name": on.issuer.name if on else None})


@router.get("/start", status_code=302, response_class=RedirectResponse, operation_id="oidc_start")
def start(request: Request, wiring: Parts) -> Response:
    """Go to the issuer."""
    on = _sign_on(request, wiring)
    try:
        where, cookie = on.start()
    except Problem as problem:
        return _failed(problem.code)
    response = RedirectResponse(where, 302)
    response.set_cookie(
        STATE_COOKIE, cookie, max_age=OPEN_FOR, path=PATH, secure=wiring.settings.secure, httponly=True, samesite="lax"
    )
    return response


@router.get("/callback", status_code=302, response_class=RedirectResponse, operation_id="oidc_callback")
def callback(
    request: Request, wiring: Parts, state: Sent = "", code: Sent = "", error: Sent = "", iss: Sent = ""
) -> Response:
    """Come back from the issuer: to the console, signed in or with why not."""
    on = _sign_on(request, wiring)
    try:
        if error or not code or (iss and iss != on.issuer.address):
            raise Problem(403, "oidc_refused")
        account = on.finish(request.cookies.get(STATE_COOKIE, ""), state, code)
    except Problem as problem:
        return _failed(problem.code)
    except Invalid:  # the last administrator would be none
        return _failed("oidc_last_admin")
    secret, _ = wiring.sessions.open(account, how="oidc")
    response = RedirectResponse("/", 302)
    response.delete_cookie(STATE_COOKIE, path=PATH)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=ABSOLUTE // SECOND,
        path="/",
        secure=wiring.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


def _sign_on(request: Request, wiring: Wiring) -> SignOn:
    wiring.limits.check(f"sign-in {request.client.host if request.client else ''}", SIGN_IN_COST)
    if wiring.sign_on is None:
        raise Problem(404, "oidc_off")
    return wiring.sign_on


def _failed(code: str) -> Response:
    response = RedirectResponse(f"/#sign-in-failed={code}", 302)
    response.delete_cookie(STATE_COOKIE, path=PATH)
    return response
