"""Who calls, and whether they may: every route names the permission that it needs, or that it is open to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from api.auth.accounts import Account
from api.auth.passwords import is_same
from api.auth.sessions import Session
from api.auth.tokens import Token
from api.problems import Problem
from api.wiring import Wiring, wiring_of
from response.roles import held_by
from response.store_errors import NotFound

COOKIE = "bittern_session"
CSRF_HEADER = "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")
WITHOUT_NEW_PASSWORD = "session:own"
"""All that somebody may do who still has to choose a password."""


@dataclass(frozen=True)
class Caller:
    """Who calls: `name` as the audit log names it."""

    name: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    account: Account
    session: Session | None = None
    token: Token | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions


def identify(request: Request, wiring: Wiring) -> Caller | None:
    """The caller by token or session cookie, None when nobody signed in. Raises Problem for a wrong CSRF token."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        return _by_token(secret.strip(), wiring)
    cookie = request.cookies.get(COOKIE)
    return _by_session(request, cookie, wiring) if cookie else None


def _by_token(secret: str, wiring: Wiring) -> Caller | None:
    token = wiring.tokens.find(secret)
    account = _active(token.user, wiring) if token else None
    if token is None or account is None:
        return None
    return Caller(
        f"{account.id}/{token.name}", account.roles, frozenset(token.scopes) & wiring.permissions_of(account), account,
        token=token,
    )  # fmt: skip


def _by_session(request: Request, cookie: str, wiring: Wiring) -> Caller | None:
    session = wiring.sessions.find(cookie)
    account = _active(session.user, wiring) if session else None
    if session is None or account is None:
        return None
    if request.method not in SAFE:
        check_origin(request, wiring.settings.base_url)
        if not is_same(request.headers.get(CSRF_HEADER, ""), session.csrf):
            raise Problem(403, "csrf")
    return Caller(account.id, account.roles, permissions_of(account), account, session=session)


def permissions_of(account: Account) -> frozenset[str]:
    """What a session of the account may do."""
    return frozenset({WITHOUT_NEW_PASSWORD}) if account.must_change else held_by(account.roles)


def check_origin(request: Request, base_url: str) -> None:
    """Refuses a change that a page from elsewhere sends; a proxy may have changed our own name. Raises Problem."""
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(base_url).netloc} - {None, ""}
    if origin and urlsplit(origin).netloc not in ours:
        raise Problem(403, "csrf")


def still_in(caller: Caller, wiring: Wiring) -> bool:
    """Whether who came in some time ago would still come in, as the same: for answers that do not end by themselves."""
    account = _active(caller.account.id, wiring)
    if account is None or account.roles != caller.roles:
        return False
    if caller.session is not None:
        return wiring.sessions.is_open(caller.session.id)
    return caller.token is not None and wiring.tokens.is_valid(caller.token.id)


def _active(user: str, wiring: Wiring) -> Account | None:
    try:
        account = wiring.accounts.get(user)
    except NotFound:
        return None
    return account if account.active and wiring.believes_in(account) else None


class Needs:
    """The dependency of a route: a caller who holds `permission`."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    def __call__(self, request: Request, wiring: Annotated[Wiring, Depends(wiring_of)]) -> Caller:
        caller = identify(request, wiring)
        if caller is None:
            raise Problem(401, "not_signed_in", headers={"WWW-Authenticate": "Bearer"})
        wiring.limits.check(caller.name)
        if not caller.may(self.permission):
            if caller.account.must_change and caller.session:
                raise Problem(403, "password_needed")
            raise Problem(403, "forbidden", permission=self.permission, roles=", ".join(caller.roles))
        request.state.caller = caller
        return caller


class OpenToAll:
    """The dependency of a route that nobody needs to sign in for; limited by address."""

    permission = None

    def __call__(self, request: Request, wiring: Annotated[Wiring, Depends(wiring_of)]) -> None:
        wiring.limits.check(request.client.host if request.client else "")


open_to_all: Callable[..., None] = OpenToAll()
