"""What one API process is made of, put together once and handed to every route."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Request

from api.auth.accounts import Account, Accounts
from api.auth.limits import Limits
from api.auth.oidc.issuer import Issuer
from api.auth.oidc.people import People
from api.auth.oidc.sign_on import SignOn
from api.auth.sessions import Sessions
from api.auth.tokens import Tokens
from api.health_rules import with_health
from api.live import Live
from api.notifying import Notifications, notifications_of
from api.output.told import Teller
from api.site_model import CurrentSite
from api.texts import Language
from detection.sigma.load import RuleSet
from response.notify.sealing import Seal
from response.ports import Store
from response.roles import MACHINE, ROLES, held_by
from sensors.kept_packets import KeptPackets


@dataclass(frozen=True)
class Settings:
    """What `bittern serve` is told. `data` is the folder of what is no record: reports, captures; `base_url` is what
    links in messages begin with; `secure` sends cookies over TLS only; `proxies` are addresses or networks that are
    believed when they say whose request they hand on; `packets_keys` open packets that are encrypted."""

    data: Path
    base_url: str = ""
    secure: bool = False
    proxies: tuple[str, ...] = ()
    requests_per_minute: int = 1200
    upload_limit: int = 4 * 1024 * 1024
    segment_limit: int = 64 * 1024 * 1024
    idle_poll: float = 0.25
    issuer: Issuer | None = None
    packets_keys: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def inbox(self) -> Path:
        """Where what sensors elsewhere send waits for the worker, in a folder for each."""
        return self.data / "inbox"


def wall_clock() -> int:
    """Now, ns since the epoch."""
    return time.time_ns()


def random_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def random_seed() -> bytes:
    """32 random bytes: what a signing key is made from."""
    return secrets.token_bytes(32)


@dataclass
class Wiring:
    """The parts. Clock and secrets are injected (law 7); `seal` keeps the secrets of channels, None: nothing can."""

    store: Store
    rules: RuleSet
    settings: Settings
    clock: Callable[[], int] = wall_clock
    secret: Callable[[], str] = random_secret
    seed: Callable[[], bytes] = random_seed
    seal: Seal | None = None
    shown: dict[str, str] = field(default_factory=dict)
    """The certificate that each sensor showed last (PEM), so that it is noted once."""
    accounts: Accounts = field(init=False)
    sessions: Sessions = field(init=False)
    tokens: Tokens = field(init=False)
    sign_on: SignOn | None = field(init=False)
    limits: Limits = field(init=False)
    live: Live = field(init=False)
    site: CurrentSite = field(init=False)
    notifications: Notifications = field(init=False)
    tellers: Mapping[Language, Teller] = field(init=False)

    def __post_init__(self) -> None:
        self.accounts = Accounts(self.store, self.clock, self.secret)
        self.sessions = Sessions(self.store, self.clock, self.secret)
        self.tokens = Tokens(self.store, self.clock, self.secret)
        self.sign_on = self._sign_on(self.settings.issuer) if self.settings.issuer else None
        self.limits = Limits(self.settings.requests_per_minute, time.monotonic)
        self.live = Live(self.store, self.settings.idle_poll)
        self.site = CurrentSite(self.store)
        self.notifications = notifications_of(
            self.store, self.seal, self.rules, self.site.site, self.clock, self.settings.base_url
        )
        told = with_health(self.rules)
        self.tellers = {"en": Teller(told, "en"), "zh": Teller(told, "zh")}

    @property
    def packets(self) -> KeptPackets:
        """What is kept of packets below the data folder."""
        return KeptPackets(self.settings.data, self.settings.packets_keys)

    def _sign_on(self, issuer: Issuer) -> SignOn:
        people = People(issuer, self.store, self.accounts, self.sessions, self.tokens, self.clock)
        key = self.seal.derived("single sign-on") if self.seal else self.seed()
        return SignOn(issuer, people, self.store, self.clock, self.secret, key)

    def believes_in(self, account: Account) -> bool:
        """Whether sessions and tokens of an account count: an issuer's people need the issuer that is set."""
        return account.origin == "local" or (self.sign_on is not None and self.sign_on.people.vouches(account))

    def permissions_of(self, account: Account) -> frozenset[str]:
        """What tokens of an account may hold: its own permissions; an administrator's may be those of machines too."""
        own = held_by(account.roles)
        return own | frozenset(MACHINE) | ROLES["integrator"] if "admin" in account.roles else own


def wiring_of(request: Request) -> Wiring:
    """The parts, as a dependency."""
    wiring = request.app.state.wiring
    assert isinstance(wiring, Wiring)
    return wiring
