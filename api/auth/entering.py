"""What all ways of signing in share: attempts are limited by address, and the browser gets the session's cookie."""

from __future__ import annotations

from fastapi import Request, Response

from api.auth.guard import COOKIE
from api.wiring import Wiring
from response.times import SECOND

COST = 20.0
"""Requests that one attempt counts for in its address's bucket: passwords are not guessed at the rate of reading."""


def limit_attempts(request: Request, wiring: Wiring) -> None:
    """Raises Problem 429 when there were too many from the address."""
    wiring.limits.check(f"sign-in {request.client.host if request.client else ''}", COST)


def give_session(response: Response, secret: str, lasts: int, wiring: Wiring) -> None:
    """Put the session's secret into a cookie for `lasts` ns."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=lasts // SECOND,
        path="/",
        secure=wiring.settings.secure,
        httponly=True,
        samesite="lax",
    )
