"""Fixtures: the real API over a real store, in this process without sockets, and as a server.

PYTEST_DONT_REWRITE: test modules import this file and name it as a plugin.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api.auth.guard import COOKIE
from api.service import create_app
from api.storage import open_store
from api.wiring import Settings, Wiring
from detection.sigma.load import RuleSet
from response.notify.sealing import Seal
from response.ports import Store
from tests.contract.store_cases import SECOND, START, occurrence, segment
from tests.shipped import shipped_rule_set

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have a successor of httpx that is not there yet
    from starlette.testclient import TestClient

PASSWORD = "quiet reeds at dawn"
RULES = shipped_rule_set()


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: int = START + 3600 * SECOND

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@dataclass
class Secrets:
    """Secrets that are told apart."""

    made: Iterator[int] = field(default_factory=count)

    def __call__(self) -> str:
        return f"secret-{next(self.made):04d}-{'x' * 32}"


@dataclass
class Api:
    """The API with its parts; `client` sends requests of whoever signed in last."""

    wiring: Wiring
    clock: Clock
    client: TestClient

    @property
    def store(self) -> Store:
        return self.wiring.store

    def person(self, name: str, *roles: str) -> TestClient:
        """A new account with these roles, signed in, as a client that carries its CSRF token."""
        self.wiring.accounts.create(name, roles or (name,), by="test", password=PASSWORD)
        return self.signed_in(name)

    def signed_in(self, name: str, password: str = PASSWORD) -> TestClient:
        client = self.stranger()
        answer = client.post("/api/v1/session", json={"name": name, "password": password})
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client

    def stranger(self) -> TestClient:
        """A client that nobody signed in with."""
        return TestClient(self.client.app, base_url=self.client.base_url, raise_server_exceptions=True)


def made_api(
    store: Store,
    data: Path,
    rules: RuleSet = RULES,
    seal: Seal | None = None,
    clock: Clock | None = None,
    secrets: Secrets | None = None,
    origin: str = "http://testserver",
    **settings: Any,
) -> Api:
    """`origin` is where its clients believe it to be."""
    clock = clock or Clock()
    options = {"requests_per_minute": 100_000, "idle_poll": 0.02} | settings
    wiring = Wiring(store, rules, Settings(data=data, **options), clock=clock, secret=secrets or Secrets(), seal=seal)
    return Api(wiring, clock, TestClient(create_app(wiring), base_url=origin))


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """The API over an empty embedded store."""
    with open_store(f"embedded:{tmp_path}/store") as store:
        yield made_api(store, tmp_path)


@pytest.fixture
def both(store: Store, tmp_path: Path) -> Api:
    """The API over an empty store of each kind."""
    return made_api(store, tmp_path)


def fill(store: Store, alerts: int = 5) -> list[str]:
    """Some alerts of the shipped rule MB01, each of its own client; their ids."""
    found = [
        occurrence(number, dedup=(f"10.0.1.{number + 1}", "10.0.2.11", "1"), severity=("high", "medium")[number % 2])
        for number in range(alerts)
    ]
    store.write(segment("filled", *found))
    return [each.id for each in found]


__all__ = ["COOKIE", "PASSWORD", "Api", "Clock", "api", "both", "fill", "made_api"]
