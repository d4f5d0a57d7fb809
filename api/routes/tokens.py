"""Tokens for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.answers import Answer, answer, page
from api.auth.guard import Caller, Needs
from api.auth.tokens import Token, token_of
from api.idempotency import IdempotentRoute
from api.problems import Problem
from api.shapes import CreatedToken, NewToken, TokenPage
from api.wiring import Wiring, wiring_of
from response.times import SECOND, time_text

router = APIRouter(prefix="/tokens", tags=["tokens"], route_class=IdempotentRoute)
Parts = Annotated[Wiring, Depends(wiring_of)]
Own = Annotated[Caller, Depends(Needs("tokens:own"))]
DAY = 86_400 * SECOND


@router.get("", response_model=TokenPage, operation_id="tokens_list")
def list_tokens(caller: Own, wiring: Parts) -> Answer:
    """One's own tokens; all of them for who may change those of others."""
    user = None if caller.may("tokens:change") else caller.account.id
    return page((_body(token) for token in wiring.tokens.listed(user)), None)


@router.post("", response_model=CreatedToken, status_code=201, operation_id="tokens_create")
def create(given: NewToken, caller: Own, wiring: Parts) -> Answer:
    """A new token; its secret is shown in this answer only. A token cannot make another with more than it holds; for
    other accounts, those of programs, `tokens:change` is needed."""
    owner = wiring.accounts.get(given.user) if given.user else caller.account
    if owner.id != caller.account.id and not (owner.is_machine and caller.may("tokens:change")):
        raise Problem(403, "forbidden", permission="tokens:change", roles=", ".join(caller.roles))
    held = wiring.permissions_of(owner)
    held = held & wiring.permissions_of(caller.account) & caller.permissions if caller.token else held
    secret, token = wiring.tokens.create(
        given.name, owner.id, tuple(given.scopes), held, given.days * DAY, by=caller.name
    )
    return answer({**_body(token), "secret": secret}, status=201)


@router.delete("/{token_id}", status_code=204, operation_id="tokens_revoke")
def revoke(token_id: str, caller: Own, wiring: Parts) -> Response:
    """End a token."""
    token = token_of(wiring.store.record("token", token_id))
    if token.user != caller.account.id and not caller.may("tokens:change"):
        raise Problem(403, "forbidden", permission="tokens:change", roles=", ".join(caller.roles))
    wiring.tokens.revoke(token_id, by=caller.name)
    return Response(status_code=204)


def _body(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "user": token.user,
        "scopes": list(token.scopes),
        "expires": time_text(token.expires),
        "used": time_text(token.used) if token.used is not None else None,
        "state": token.state,
        "at": time_text(token.at),
    }
