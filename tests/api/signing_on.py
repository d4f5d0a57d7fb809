"""A person with a browser between Bittern and an issuer, every redirect followed by hand.

PYTEST_DONT_REWRITE: test modules import this file and name it as a plugin.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from api.auth.oidc.issuer import CALLBACK, Issuer
from api.storage import open_store
from response.notify.sealing import Seal
from response.ports import Store
from tests.api.served import Api, Clock, Secrets, made_api
from tests.issuer import CLIENT, SECRET, RealIssuer, running

Client = httpx.Client
"""What sends the browser's requests to Bittern: Starlette's test client is one."""
ORIGIN = "http://localhost:8080"
SHOWN = "/api/v1/session/oidc"
START = f"{SHOWN}/start"
SESSION = "/api/v1/session"
ROLES = {"ot-admins": ("admin",), "ot-analysts": ("analyst",), "ot-audit": ("auditor",)}
USERS: dict[str, dict[str, Any]] = {
    "li": {"name": "Li Na", "groups": ["staff", "ot-analysts"]},
    "wang": {"groups": ["ot-admins", "ot-audit"]},
    "zhao": {"groups": ["staff"]},
}
KEY = b"k" * 32
SECRETS = Secrets()
"""Processes over one store must not make the same secrets."""


def issuer_at(address: str, **settings: Any) -> Issuer:
    """What Bittern is told of an issuer."""
    options = {"name": "Plant directory", "scope": "openid profile groups"} | settings
    return Issuer(address, CLIENT, SECRET, ORIGIN, ROLES, **options)


def api_with(
    issuer: Issuer | None, folder: Path, api: Api | None = None, store: Store | None = None, **settings: Any
) -> Api:
    """The API with single sign-on; over the store and at the time of another one when that is given."""
    store = api.store if api else store or open_store(f"embedded:{folder}/store")
    clock = api.clock if api else Clock(time.time_ns())
    options: dict[str, Any] = {"base_url": ORIGIN, "issuer": issuer} | settings
    return made_api(store, folder, seal=Seal(KEY), clock=clock, secrets=SECRETS, origin=ORIGIN, **options)


@pytest.fixture(scope="module")
def shared_issuer() -> Iterator[RealIssuer]:
    """The real issuer; tests put back what they change."""
    with running(ORIGIN + CALLBACK, USERS) as started:
        yield started


@pytest.fixture
def real(shared_issuer: RealIssuer) -> RealIssuer:
    """The real issuer with its people as they are by default."""
    shared_issuer.set(users=USERS)
    return shared_issuer


@pytest.fixture
def sso(real: RealIssuer, tmp_path: Path) -> Iterator[Api]:
    """The API with single sign-on at the real issuer."""
    api = api_with(issuer_at(real.address), tmp_path)
    with api.store:
        yield api


def browse(address: str, login: str | None) -> str:
    """At the issuer: sign in there, or cancel, until it sends the browser back; where to."""
    with httpx.Client() as browser:
        response = browser.get(address)
        for _ in range(10):
            if response.status_code == 200:
                form = {"login": login, "do": "in"} if login else {"do": "no"}
                response = browser.post(str(response.url), data=form)
                continue
            assert response.status_code in (302, 303), response.text
            where = urljoin(str(response.url), response.headers["location"])
            if where.startswith(ORIGIN):
                return where
            response = browser.get(where)
    raise AssertionError(f"the issuer sent nobody back: {response.url}")


def begin(client: Client, place: str | None = None) -> str:
    """Press the button; where it leads."""
    response = client.get(START, params={} if place is None else {"next": place}, follow_redirects=False)
    assert response.status_code == 302
    return str(response.headers["location"])


def come_back(client: Client, address: str) -> str:
    """The issuer's way back; where Bittern sends the browser then."""
    response = client.get(address, follow_redirects=False)
    assert response.status_code == 302, response.text
    return str(response.headers["location"])


def sign_on(api: Api, login: str | None, place: str | None = None) -> tuple[Client, str]:
    """A browser that went all the way, and where it ended."""
    client = api.stranger()
    return client, come_back(client, browse(begin(client, place), login))


def asked_of(address: str) -> Mapping[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@dataclass(frozen=True)
class Failed:
    """Where a failed sign-in ends."""

    code: str

    def __eq__(self, other: object) -> bool:
        return other == f"/#sign-in-failed={self.code}"

    def __hash__(self) -> int:
        return hash(self.code)
