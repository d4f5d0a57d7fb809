"""Who the issuer says is there becomes an account, with the roles of the groups that it names now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from api.auth.accounts import ISSUER, Account, Accounts
from api.auth.oidc.issuer import Issuer
from api.auth.sessions import Sessions
from api.auth.tokens import Tokens
from api.problems import Problem
from response.ports import Store
from response.records import Deed
from response.store_errors import Conflict, Invalid, NotFound
from response.times import time_ns, time_text

LONGEST_DISPLAY = 120


class People:
    """Accounts of one issuer. `clock` ns since the epoch."""

    def __init__(
        self,
        issuer: Issuer,
        store: Store,
        accounts: Accounts,
        sessions: Sessions,
        tokens: Tokens,
        clock: Callable[[], int],
    ) -> None:
        self._issuer, self._store, self._clock = issuer, store, clock
        self._accounts, self._sessions, self._tokens = accounts, sessions, tokens

    def admitted(self, claims: Mapping[str, Any]) -> Account:
        """The account of a person with checked claims. Raises Problem; who lost every role here is out at once."""
        account = self._accounts.of_subject(self._issuer.address, claims["sub"])
        roles = self._roles_of(claims)
        try:
            if account is None:
                return self._created(claims, roles)
            if not roles:
                self._end(account)
                raise Problem(403, "oidc_no_role")
            if not account.active and account.body.get("disabled_by") != ISSUER:
                raise Problem(403, "oidc_disabled")
        except Problem as problem:
            self._note(account.id if account else claims["sub"], problem.code)
            raise
        return self._confirmed(account, claims, roles)

    def vouches(self, account: Account) -> bool:
        """Whether the issuer has confirmed the person lately enough for sessions and tokens to be believed."""
        confirmed = account.body.get("confirmed")
        if account.origin != self._issuer.address or confirmed is None:
            return False
        return self._clock() < time_ns(confirmed) + self._issuer.token_lasts

    def are_enough(self, claims: Mapping[str, Any]) -> bool:
        """Whether the claims name the person and a role: many issuers put these into the ID token, others do not."""
        return isinstance(claims.get(self._issuer.name_claim), str) and bool(self._roles_of(claims))

    def _roles_of(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """Roles of all groups in the claim, which may lie in others (`realm_access.roles`), and be one word."""
        name = self._issuer.groups_claim
        value: Any = claims.get(name)
        if value is None:
            value = claims
            for part in name.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
        groups = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        held = {each for each in groups if isinstance(each, str)}
        return tuple(sorted({role for group in held for role in self._issuer.roles.get(group, ())}))

    def _created(self, claims: Mapping[str, Any], roles: tuple[str, ...]) -> Account:
        name = claims.get(self._issuer.name_claim)
        if not roles:
            raise Problem(403, "oidc_no_role")
        if not isinstance(name, str):
            raise Problem(403, "oidc_name")
        try:
            self._accounts.get(name)
            raise Problem(403, "oidc_name_taken")
        except NotFound:
            pass
        try:
            made, _ = self._accounts.create(
                name,
                roles,
                by=ISSUER,
                origin=self._issuer.address,
                more={"subject": claims["sub"], **self._fresh(claims)},
            )
        except Invalid as error:
            raise Problem(403, "oidc_name") from error
        except Conflict as error:
            raise Problem(403, "oidc_name_taken") from error
        return made

    def _confirmed(self, account: Account, claims: Mapping[str, Any], roles: tuple[str, ...]) -> Account:
        changed: dict[str, Any] = {} if set(account.roles) == set(roles) else {"roles": list(roles)}
        if not account.active:
            changed["state"] = "active"
        if changed:
            self._sessions.close_all(account.id)
            account = self._accounts.change(account, by=ISSUER, etag=account.etag, **changed)
        return self._accounts.note(account, **self._fresh(claims))

    def _end(self, account: Account) -> None:
        """Nothing of the account works any more: neither sessions nor tokens nor, should roles come back, old ones."""
        if account.active:
            account = self._accounts.change(account, by=ISSUER, etag=account.etag, state="disabled")
        self._sessions.close_all(account.id)
        for token in self._tokens.listed(account.id):
            if token.state == "active":
                self._tokens.revoke(token.id, by=ISSUER)

    def _fresh(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        shown = claims.get("name")
        display = {"display": shown[:LONGEST_DISPLAY]} if isinstance(shown, str) and shown.strip() else {}
        return {"confirmed": time_text(self._clock()), **display}

    def _note(self, who: str, why: str) -> None:
        self._store.commit([], Deed(self._clock(), ISSUER, "session.refuse", "user", who, {"why": why}))
