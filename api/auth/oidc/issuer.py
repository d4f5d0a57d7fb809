"""What single sign-on is told: whom to trust, and what its groups may do here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

import yaml

from response.roles import PEOPLE
from response.times import SECOND

CALLBACK = "/api/v1/session/oidc/callback"
SECRET = "BITTERN_OIDC_SECRET"
"""The variable of the environment that may hold the client's secret in place of a file."""
LONGEST_SESSION = 12
LONGEST_TOKEN = 366


class BadIssuer(ValueError):
    """Settings that cannot be used: `error.oidc.<code>` of the catalogue, filled with `parameters`."""

    def __init__(self, code: str, **parameters: str) -> None:
        self.code, self.parameters = code, parameters
        super().__init__(f"{code} {parameters}")


@dataclass(frozen=True)
class Issuer:
    """An issuer: its `address` is its identifier. `base_url` is where browsers find Bittern; `roles` those of each
    group; `session_hours` (1 to 12) and `token_days` (1 to 366) how long a sign-in vouches for a person's sessions and
    tokens. Raises BadIssuer."""

    address: str
    client: str
    secret: str = field(repr=False)
    base_url: str
    roles: Mapping[str, tuple[str, ...]]
    name: str = "OpenID Connect"
    scope: str = "openid profile"
    groups_claim: str = "groups"
    name_claim: str = "preferred_username"
    session_hours: int = 8
    token_days: int = 30

    def __post_init__(self) -> None:
        for address in (self.address, self.base_url):
            if not is_safe(address):
                raise BadIssuer("address", value=address)
        if not self.secret:
            raise BadIssuer("no_secret")
        if not self.roles:
            raise BadIssuer("no_roles")
        for name in (name for names in self.roles.values() for name in names):
            if name not in PEOPLE:
                raise BadIssuer("role", value=str(name), words=", ".join(PEOPLE))
        if "openid" not in self.scope.split():
            raise BadIssuer("scope", value=self.scope)
        for key, most in (("session_hours", LONGEST_SESSION), ("token_days", LONGEST_TOKEN)):
            if not 1 <= getattr(self, key) <= most:
                raise BadIssuer("number", name=key, most=str(most))

    @property
    def callback(self) -> str:
        """Where the issuer sends the browser back to."""
        return self.base_url.rstrip("/") + CALLBACK

    @property
    def session_lasts(self) -> int:
        """ns"""
        return self.session_hours * 3600 * SECOND

    @property
    def token_lasts(self) -> int:
        """ns"""
        return self.token_days * 24 * 3600 * SECOND


OPTIONAL = {each.name: each.type for each in fields(Issuer) if each.default is not each.default_factory}


def is_safe(address: str) -> bool:
    """Whether the address is https, or http on this machine; with neither user, query nor fragment."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.fragment or any(c.isspace() for c in address))
    here = host in ("localhost", "127.0.0.1", "::1")
    return bool(host) and plain and (parts.scheme == "https" or (parts.scheme == "http" and here))


def read_issuer(address: str, client: str, secret: str, base_url: str, text: str) -> Issuer:
    """The issuer with the roles and settings of a YAML text. Raises BadIssuer."""
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadIssuer("unreadable", why=str(error)) from error
    if not isinstance(given, dict) or not isinstance(given.get("roles"), dict):
        raise BadIssuer("no_roles")
    roles = {str(group): _names(str(group), names) for group, names in given.pop("roles").items()}
    return Issuer(address, client, secret, base_url, roles, **{str(k): _fitting(str(k), v) for k, v in given.items()})


def _names(group: str, names: Any) -> tuple[str, ...]:
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, list) or not listed:
        raise BadIssuer("group", value=group)
    return tuple(str(each) for each in listed)


def _fitting(key: str, value: Any) -> Any:
    if key not in OPTIONAL:
        raise BadIssuer("key", name=key, words=", ".join(OPTIONAL))
    wanted: type = int if OPTIONAL[key] == "int" else str
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise BadIssuer("value", name=key)
    return value
