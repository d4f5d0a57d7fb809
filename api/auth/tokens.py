"""Tokens for programs: a secret that is shown once, kept as its hash, with scopes and an end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from api.auth.passwords import digest
from response.ports import Store
from response.records import Deed, Put, RecordQuery, Stored
from response.roles import PERMISSIONS
from response.store_errors import Conflict, Invalid, NotFound
from response.times import SECOND, time_ns, time_text

PREFIX = "bittern_pat_"
"""What scanners for leaked secrets recognise a token by."""
LONGEST = 366 * 24 * 3600 * SECOND
NOTED_EVERY = 300 * SECOND


@dataclass(frozen=True)
class Token:
    """A token: `scopes` are permissions; `user` owns it; `state` active or revoked."""

    id: str
    name: str
    user: str
    scopes: tuple[str, ...]
    expires: int
    state: str
    at: int
    used: int | None
    etag: str


def token_of(stored: Stored) -> Token:
    """The token in a record."""
    b = stored.body
    used = time_ns(b["used"]) if b.get("used") else None
    return Token(
        stored.id, b["name"], b["user"], tuple(b["scopes"]), time_ns(b["expires"]), b["state"], time_ns(b["at"]), used,
        stored.etag,
    )  # fmt: skip


class Tokens:
    """Tokens in a store."""

    def __init__(self, store: Store, clock: Callable[[], int], secret: Callable[[], str]) -> None:
        self._store, self._clock, self._secret = store, clock, secret

    def create(
        self, name: str, user: str, scopes: tuple[str, ...], held: frozenset[str], lasts: int, *, by: str
    ) -> tuple[str, Token]:
        """A new token of `user`, whose permissions are `held`, for `lasts` ns. Raises Invalid for more than these."""
        for scope in scopes:
            if scope not in PERMISSIONS or scope not in held:
                raise Invalid("scopes", "none_of", value=scope, words=tuple(sorted(held)))
        if not scopes or not 0 < lasts <= LONGEST:
            raise Invalid("expires", "token_span", days=LONGEST // (24 * 3600 * SECOND))
        secret, now = PREFIX + self._secret(), self._clock()
        body = {
            "at": time_text(now),
            "name": name,
            "user": user,
            "scopes": sorted(set(scopes)),
            "expires": time_text(now + lasts),
            "state": "active",
            "digest": digest(secret),
            "used": None,
        }
        record_id = digest(digest(secret))[:26]
        deed = Deed(now, by, "token.create", "token", record_id, {"name": name, "user": user, "scopes": body["scopes"]})
        [stored] = self._store.commit([Put("token", record_id, body)], deed)
        assert isinstance(stored, Stored)
        return secret, token_of(stored)

    def find(self, secret: str) -> Token | None:
        """The token that this is, None when it is none, revoked or over."""
        found = self._store.records(RecordQuery("token", {"digest": digest(secret)}, limit=1)).items
        if not found:
            return None
        token, now = token_of(found[0]), self._clock()
        if token.state != "active" or now >= token.expires:
            return None
        if token.used is None or now >= token.used + NOTED_EVERY:
            with suppress(Conflict):
                body = {**found[0].body, "used": time_text(now)}
                self._store.commit([Put("token", token.id, body, token.etag)])
        return token

    def is_valid(self, token_id: str) -> bool:
        """Whether a token is neither revoked nor over."""
        try:
            token = token_of(self._store.record("token", token_id))
        except NotFound:
            return False
        return token.state == "active" and self._clock() < token.expires

    def listed(self, user: str | None = None) -> list[Token]:
        """All tokens, or those of one account, the newest first."""
        equals = {} if user is None else {"user": user}
        found, cursor = [], None
        while True:
            page = self._store.records(RecordQuery("token", equals, limit=500, cursor=cursor))
            found += [token_of(each) for each in page.items]
            if (cursor := page.cursor) is None:
                return found

    def revoke(self, token_id: str, *, by: str) -> Token:
        """End a token. Raises NotFound."""
        stored = self._store.record("token", token_id)
        deed = Deed(self._clock(), by, "token.revoke", "token", token_id, {"name": stored.body["name"]})
        [gone] = self._store.commit([Put("token", token_id, {**stored.body, "state": "revoked"}, stored.etag)], deed)
        assert isinstance(gone, Stored)
        return token_of(gone)
