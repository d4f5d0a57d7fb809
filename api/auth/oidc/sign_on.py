"""A sign-in at the issuer from its start to an account."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from api.auth.accounts import Account
from api.auth.oidc.endpoints import Endpoints
from api.auth.oidc.id_token import checked_claims
from api.auth.oidc.issuer import Issuer
from api.auth.oidc.people import People
from api.auth.oidc.ticket import OPEN_FOR, Ticket, returned, safe_place
from api.auth.passwords import digest
from api.problems import Problem
from response.ports import Store
from response.records import Delete, Put, RecordQuery
from response.store_errors import Conflict, NotFound
from response.times import SECOND, time_text


class SignOn:
    """Sign-ins at one issuer. `key` (32 bytes) is the installation's; `clock` ns since the epoch."""

    def __init__(
        self,
        issuer: Issuer,
        people: People,
        store: Store,
        clock: Callable[[], int],
        secret: Callable[[], str],
        key: bytes,
    ) -> None:
        self.issuer, self.people = issuer, people
        self._store, self._clock, self._secret, self._key = store, clock, secret, key
        self._endpoints = Endpoints(issuer, clock)

    def start(self, place: str) -> tuple[str, str]:
        """Where to send the browser, and the cookie that it brings back. Raises Problem."""
        endpoint = self._endpoints.address("authorization_endpoint")
        ticket = Ticket(self._secret(), self._now + OPEN_FOR, safe_place(place), self._key)
        asked = {
            "response_type": "code",
            "client_id": self.issuer.client,
            "redirect_uri": self.issuer.callback,
            "scope": self.issuer.scope,
            "state": ticket.state,
            "nonce": ticket.nonce,
            "code_challenge": ticket.challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(endpoint).query else "?"
        return f"{endpoint}{joint}{urlencode(asked)}", ticket.cookie

    def finish(self, cookie: str, state: str, code: str, error: str, issuer: str | None) -> tuple[Account, str]:
        """The account of who came back from the issuer, and the place that it wanted. Raises Problem."""
        ticket = returned(cookie, state, self._now, self._key)
        self._check_answer(code, error, issuer)
        granted = self._endpoints.exchanged(code, ticket.verifier)
        claims = checked_claims(granted.id_token, self.issuer, ticket.nonce, self._now, self._endpoints.key)
        self._spend(ticket)
        if granted.access_token and not self.people.are_enough(claims):
            more = self._endpoints.told_of(granted.access_token)
            if more and more.get("sub") != claims["sub"]:
                raise Problem(403, "oidc_token")
            claims = {**more, **claims}
        return self.people.admitted(claims), ticket.place

    @property
    def _now(self) -> int:
        return self._clock() // SECOND

    def _check_answer(self, code: str, error: str, issuer: str | None) -> None:
        """RFC 9207: an answer that names its issuer names this one, and it must where the issuer says it does."""
        named = self._endpoints.metadata().get("authorization_response_iss_parameter_supported") is True
        if issuer != self.issuer.address and (named or issuer is not None):
            raise Problem(403, "oidc_token")
        if error or not code:
            raise Problem(403, "oidc_refused")

    def _spend(self, ticket: Ticket) -> None:
        """A ticket is good once, whichever process it comes to; what no ticket can need any more is forgotten."""
        now = self._clock()
        try:
            self._store.commit([Put("sign_on", digest(ticket.state), {"at": time_text(now)})])
        except Conflict as error:
            raise Problem(403, "oidc_state") from error
        old = self._store.records(RecordQuery("sign_on", end=now - 2 * OPEN_FOR * SECOND, limit=50)).items
        for each in old:
            with suppress(Conflict, NotFound):
                self._store.commit([Delete("sign_on", each.id, each.etag)])
