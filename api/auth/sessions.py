"""Sessions of people who signed in: a random secret in a cookie, kept as its hash, with an idle and an absolute end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from api.auth.accounts import Account
from api.auth.passwords import digest
from response.ports import Store
from response.records import Deed, Delete, Put, RecordQuery
from response.store_errors import Conflict, NotFound
from response.times import SECOND, time_ns, time_text

IDLE = 3600 * SECOND
ABSOLUTE = 12 * 3600 * SECOND
TOUCHED_EVERY = 60 * SECOND


@dataclass(frozen=True)
class Session:
    """An open session: `user` is the account's id, `csrf` what every change must carry, `ends` its last moment."""

    id: str
    user: str
    csrf: str
    ends: int


class Sessions:
    """Sessions in a store."""

    def __init__(self, store: Store, clock: Callable[[], int], secret: Callable[[], str]) -> None:
        self._store, self._clock, self._secret = store, clock, secret

    def open(self, account: Account, *, how: str, lasts: int = ABSOLUTE) -> tuple[str, Session]:
        """A new session for `lasts` ns and the secret for its cookie."""
        secret, csrf, now = self._secret(), self._secret(), self._clock()
        body = {
            "at": time_text(now),
            "user": account.id,
            "csrf": csrf,
            "seen": time_text(now),
            "ends": time_text(now + lasts),
        }
        deed = Deed(now, account.id, "session.open", "user", account.id, {"how": how})
        self._store.commit([Put("session", digest(secret), body)], deed)
        return secret, Session(digest(secret), account.id, csrf, now + lasts)

    def find(self, secret: str) -> Session | None:
        """The session of a cookie, None when there is none (any more); it is noted that somebody is there."""
        try:
            stored = self._store.record("session", digest(secret))
        except NotFound:
            return None
        now, body = self._clock(), stored.body
        if now >= time_ns(body["ends"]) or now >= time_ns(body["seen"]) + IDLE:
            self._forget(stored.id, stored.etag)
            return None
        if now >= time_ns(body["seen"]) + TOUCHED_EVERY:
            with suppress(Conflict, NotFound):  # another request noted it
                self._store.commit([Put("session", stored.id, {**body, "seen": time_text(now)}, stored.etag)])
        ends = min(time_ns(body["ends"]), now + IDLE)
        return Session(stored.id, body["user"], body["csrf"], ends)

    def is_open(self, session_id: str) -> bool:
        """Whether a session has neither ended nor been idle too long; asking is no sign that somebody is there."""
        try:
            body = self._store.record("session", session_id).body
        except NotFound:
            return False
        return self._clock() < min(time_ns(body["ends"]), time_ns(body["seen"]) + IDLE)

    def close(self, session: Session, *, who: str) -> None:
        """End a session."""
        with suppress(NotFound):
            etag = self._store.record("session", session.id).etag
            self._forget(session.id, etag)
            self._store.commit([], Deed(self._clock(), who, "session.close", "user", session.user))

    def close_all(self, user: str) -> None:
        """End every session of an account: after a new password, when it is disabled or its roles change."""
        while page := self._store.records(RecordQuery("session", {"user": user}, limit=500)).items:
            for each in page:
                self._forget(each.id, each.etag)

    def _forget(self, session_id: str, etag: str) -> None:
        with suppress(NotFound):
            try:
                self._store.commit([Delete("session", session_id, etag)])
            except Conflict:
                self._forget(session_id, self._store.record("session", session_id).etag)
