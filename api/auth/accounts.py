"""Accounts of people: records of kind `user`, never deleted (the audit log names them), only disabled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.auth.passwords import digest, hashed, is_right, is_same, is_stale
from response.ports import Store
from response.records import Deed, Put, RecordQuery, Stored, Write
from response.roles import MACHINES, PEOPLE
from response.store_errors import Conflict, Invalid, NotFound
from response.times import SECOND, time_ns, time_text

FAILURES_ALLOWED = 5
LOCKED = (60 * SECOND, 300 * SECOND, 900 * SECOND)
"""How long an account is locked after the fifth wrong password, the sixth, and each further one."""
ONE_TIME = 24 * 3600 * SECOND
LONGEST_NAME = 64
ISSUER = "oidc"
"""Who creates and changes accounts in the name of the issuer of single sign-on."""


@dataclass(frozen=True)
class Account:
    """A person who may sign in, or a program that has tokens only. `name` is unique, whatever its case; `origin` local
    or the issuer's address."""

    id: str
    name: str
    roles: tuple[str, ...]
    active: bool
    origin: str
    display: str
    language: str | None
    must_change: bool
    etag: str
    body: dict[str, Any] = field(repr=False)

    @property
    def is_machine(self) -> bool:
        """Whether it is a program's: it signs in nowhere."""
        return any(role in MACHINES for role in self.roles)


def account_of(stored: Stored) -> Account:
    """The account in a record."""
    b = dict(stored.body)
    return Account(
        stored.id,
        b["name"],
        tuple(b["roles"]),
        b["state"] == "active",
        b["origin"],
        b.get("display") or b["name"],
        b.get("language"),
        bool(b.get("must_change")),
        stored.etag,
        b,
    )


def user_id(name: str) -> str:
    """The id of the account called `name`. Raises Invalid for a name that nobody can have."""
    plain = name.strip().casefold()
    if not plain or len(plain) > LONGEST_NAME or not all(c.isalnum() or c in "._-@" for c in plain):
        raise Invalid("name", "user_name", longest=LONGEST_NAME)
    return plain


class Accounts:
    """Accounts in a store. `clock` gives ns since the epoch, `secret` a new random secret."""

    def __init__(self, store: Store, clock: Callable[[], int], secret: Callable[[], str]) -> None:
        self._store, self._clock, self._secret = store, clock, secret

    def get(self, name: str) -> Account:
        """One account. Raises NotFound."""
        try:
            return account_of(self._store.record("user", user_id(name)))
        except Invalid as error:  # a name that nobody can have
            raise NotFound(f"user {name[:LONGEST_NAME]}", "no_such_id") from error

    def everybody(self) -> list[Account]:
        """All accounts by name."""
        found, cursor = [], None
        while True:
            page = self._store.records(RecordQuery("user", limit=500, cursor=cursor))
            found += [account_of(each) for each in page.items]
            if (cursor := page.cursor) is None:
                return sorted(found, key=lambda account: account.name)

    def of_subject(self, origin: str, subject: str) -> Account | None:
        """Who this is at an issuer. By subject, not by name: a name may be given to somebody else there."""
        found = [account_of(each) for each in self._store.records(RecordQuery("user", {"subject": subject})).items]
        return next((each for each in found if each.origin == origin), None)

    def create(
        self,
        name: str,
        roles: tuple[str, ...],
        *,
        by: str,
        password: str | None = None,
        origin: str = "local",
        must_choose: bool = True,
        more: Mapping[str, Any] | None = None,
    ) -> tuple[Account, str | None]:
        """A new account. Without a password a person's local one gets a one-time secret, the second of what is
        returned, and `must_choose` a password before anything else (the demo's need not: it is gone in an hour).
        `more` is what the issuer knows. Raises Invalid."""
        machine = _check_roles(roles) == MACHINES
        if machine and (password is not None or origin != "local"):
            raise Invalid(f"user {user_id(name)}", "machine_signs_in")
        once = self._secret() if password is None and origin == "local" and not machine else None
        body: dict[str, Any] = {
            "at": time_text(self._clock()),
            "name": name.strip(),
            "roles": list(roles),
            "state": "active",
            "origin": origin,
            "password": hashed(password, name) if password is not None else None,
            "must_change": once is not None and must_choose,
            "failures": 0,
        }
        body |= more or {}
        if once is not None:
            body |= self._one_time(once)
        deed = self._deed(by, "user.create", user_id(name), roles=list(roles), origin=origin)
        return self._put(user_id(name), body, None, deed), once

    def change(self, account: Account, *, by: str, etag: str, **fields: Any) -> Account:
        """Change roles, state, display name or language. Raises Conflict, Invalid; the last active administrator
        stays one, and what an issuer says of roles nobody else changes."""
        if _check_roles(tuple(fields.get("roles", account.roles))) != _check_roles(account.roles):
            raise Invalid("roles", "roles_mixed")
        if "roles" in fields and by != ISSUER:
            _check_local(account)
        self._check_last_admin(account, fields)
        shown = {name: value for name, value in fields.items() if account.body.get(name) != value}
        deed = self._deed(by, "user.change", account.id, **shown)
        if "state" in fields:
            fields["disabled_by"] = by if fields["state"] == "disabled" else None
        return self._put(account.id, {**account.body, **fields}, etag, deed)

    def note(self, account: Account, **fields: Any) -> Account:
        """What the issuer told at a sign-in, which has a line of its own in the audit log."""
        return self._put(account.id, {**account.body, **fields}, account.etag, None)

    def set_password(self, account: Account, password: str, *, by: str) -> Account:
        """A new password; open one-time secrets end with it. Raises Invalid when it is none to have."""
        _check_person(account)
        kept = hashed(password, account.name)
        body = {**account.body, "password": kept, "must_change": by != account.id, "failures": 0, "locked_until": None}
        body |= {"one_time": None, "one_time_until": None}
        return self._put(account.id, body, account.etag, self._deed(by, "user.password", account.id))

    def new_one_time(self, account: Account, *, by: str) -> str:
        """A secret that signs the person in once, to choose a password. Raises Invalid for whom an issuer signs in."""
        _check_local(account)
        _check_person(account)
        once = self._secret()
        body = {**account.body, **self._one_time(once), "must_change": True, "failures": 0, "locked_until": None}
        self._put(account.id, body, account.etag, self._deed(by, "user.one_time", account.id))
        return once

    def sign_in(self, name: str, password: str) -> Account | None:
        """The account whose password this is; None when it is not, the account is disabled or locked. Raises Locked."""
        try:
            account = self.get(name)
        except NotFound:
            is_right(None, password)
            return None
        until = account.body.get("locked_until")
        if until and time_ns(until) > self._clock():
            raise Locked(time_ns(until) - self._clock())
        if not is_right(account.body.get("password"), password):
            self._count_failure(account)
            return None
        if not account.active:
            return None
        fresh: dict[str, Any] = {"failures": 0, "locked_until": None}
        if is_stale(account.body["password"]):
            fresh["password"] = hashed(password)
        if any(account.body.get(name) != value for name, value in fresh.items()):
            return self._put(account.id, {**account.body, **fresh}, account.etag, None)
        return account

    def sign_in_once(self, secret: str) -> Account | None:
        """The active account whose one-time secret this is; the secret ends with it."""
        wanted = digest(secret)
        for account in self.everybody():
            kept, until = account.body.get("one_time"), account.body.get("one_time_until")
            if kept and until and is_same(kept, wanted) and account.active and time_ns(until) > self._clock():
                body = {**account.body, "one_time": None, "one_time_until": None}
                return self._put(
                    account.id, body, account.etag, self._deed(account.id, "user.one_time_used", account.id)
                )
        return None

    def _count_failure(self, account: Account) -> None:
        failures = int(account.body.get("failures", 0)) + 1
        body = {**account.body, "failures": failures}
        deed = None
        if failures >= FAILURES_ALLOWED:
            span = LOCKED[min(failures - FAILURES_ALLOWED, len(LOCKED) - 1)]
            body["locked_until"] = time_text(self._clock() + span)
            deed = self._deed(account.id, "user.locked", account.id, seconds=span // SECOND)
        try:
            self._put(account.id, body, account.etag, deed)
        except Conflict:  # another attempt was counted at the same moment
            self._count_failure(self.get(account.name))

    def _one_time(self, secret: str) -> dict[str, Any]:
        return {"one_time": digest(secret), "one_time_until": time_text(self._clock() + ONE_TIME)}

    def _check_last_admin(self, account: Account, fields: dict[str, Any]) -> None:
        stays = "admin" in fields.get("roles", account.roles) and fields.get("state", "active") == "active"
        if account.origin != "local":  # counts for nothing: somebody must come in while the issuer is down
            return
        if "admin" in account.roles and account.active and not stays:
            others = [
                a
                for a in self.everybody()
                if a.active and "admin" in a.roles and a.id != account.id and a.origin == "local"
            ]
            if not others:
                raise Invalid(f"user {account.id}", "last_admin")

    def _put(self, record_id: str, body: dict[str, Any], etag: str | None, deed: Deed | None) -> Account:
        writes: list[Write] = [Put("user", record_id, body, etag)]
        [stored] = self._store.commit(writes, deed)
        assert isinstance(stored, Stored)
        return account_of(stored)

    def _deed(self, who: str, what: str, record_id: str, **parameters: Any) -> Deed:
        return Deed(self._clock(), who, what, "user", record_id, parameters)


class Locked(Exception):
    """Too many wrong passwords; `remaining` ns until the next may be tried."""

    def __init__(self, remaining: int) -> None:
        self.remaining = remaining
        super().__init__(f"locked for {remaining // SECOND} s")


def _check_roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Whose roles these are: `PEOPLE` or `MACHINES`, never of both. Raises Invalid."""
    for role in roles or ("",):
        if role not in PEOPLE and role not in MACHINES:
            raise Invalid("roles", "none_of", value=role, words=(*PEOPLE, *MACHINES))
    kinds = {PEOPLE if role in PEOPLE else MACHINES for role in roles}
    if len(kinds) > 1:
        raise Invalid("roles", "roles_mixed")
    return kinds.pop()


def _check_person(account: Account) -> None:
    if account.is_machine:
        raise Invalid(f"user {account.id}", "machine_signs_in")


def _check_local(account: Account) -> None:
    if account.origin != "local":
        raise Invalid(f"user {account.id}", "issuer_decides", issuer=account.origin)
