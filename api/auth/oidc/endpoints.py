"""What is asked of the issuer itself: its metadata, its keys, the exchange of a code, claims about a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from api.auth.oidc.issuer import Issuer, is_safe
from api.problems import Problem
from response.times import SECOND

TIMEOUT = 5.0
SLOWEST = 15 * SECOND
LARGEST = 256 * 1024
"""Seconds for each answer to begin, ns for all of it, bytes of it."""
KEPT = 600 * SECOND
AGAIN = 30 * SECOND
"""How long metadata and keys are kept; how soon keys are asked for again because one is unknown."""
KEY_TYPES = ("RSA", "EC", "OKP")


@dataclass(frozen=True)
class Granted:
    """What a code was exchanged for."""

    id_token: str
    access_token: str | None


class Endpoints:
    """The endpoints of one issuer. `clock` ns since the epoch. Everything raises Problem."""

    def __init__(self, issuer: Issuer, clock: Callable[[], int]) -> None:
        self._issuer, self._clock = issuer, clock
        self._metadata: tuple[int, dict[str, Any]] | None = None
        self._keys: tuple[int, list[dict[str, Any]]] | None = None

    def metadata(self) -> dict[str, Any]:
        """What the issuer says of itself (OpenID Connect Discovery 1.0 §4); refused when it names another issuer."""
        if self._metadata and self._clock() - self._metadata[0] < KEPT:
            return self._metadata[1]
        found = self._asked("GET", self._issuer.address.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self._issuer.address:
            raise Problem(503, "oidc_issuer")
        self._metadata = (self._clock(), found)
        return found

    def address(self, name: str) -> str:
        """The address of an endpoint, from the metadata."""
        address = self.metadata().get(name)
        if not isinstance(address, str) or not is_safe(address):
            raise Problem(503, "oidc_issuer")
        return address

    def key(self, kid: object, algorithm: object) -> dict[str, Any]:
        """The issuer's key of this id for this algorithm. Keys are asked for again when it is none of those known, for
        they are rotated, yet not at the will of who sends unknown ids."""
        for keys in (self._keys_within(KEPT), self._keys_within(AGAIN)):
            fitting = [
                each
                for each in keys
                if each.get("kid") == kid
                and each.get("use", "sig") == "sig"
                and each.get("alg", algorithm) == algorithm
            ]
            if len(fitting) == 1:
                return fitting[0]
        raise Problem(403, "oidc_token")

    def exchanged(self, code: str, verifier: str) -> Granted:
        """ID token and access token for a code."""
        issuer, endpoint = self._issuer, self.address("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": issuer.callback,
            "code_verifier": verifier,
        }
        ways = self.metadata().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways:
            who = (quote(issuer.client, safe=""), quote(issuer.secret, safe=""))
            found = self._asked("POST", endpoint, data=form, auth=who)
        else:
            found = self._asked(
                "POST", endpoint, data={**form, "client_id": issuer.client, "client_secret": issuer.secret}
            )
        token, access = found.get("id_token"), found.get("access_token")
        if not isinstance(token, str):
            raise Problem(403, "oidc_token")
        return Granted(token, access if isinstance(access, str) else None)

    def told_of(self, access_token: str) -> dict[str, Any]:
        """Claims about the person (OpenID Connect Core 1.0 §5.3); none when the issuer does not tell more."""
        if "userinfo_endpoint" not in self.metadata():
            return {}
        return self._asked(
            "GET", self.address("userinfo_endpoint"), headers={"Authorization": f"Bearer {access_token}"}
        )

    def _keys_within(self, age: int) -> list[dict[str, Any]]:
        if self._keys and self._clock() - self._keys[0] < age:
            return self._keys[1]
        listed = self._asked("GET", self.address("jwks_uri")).get("keys")
        if not isinstance(listed, list):
            raise Problem(503, "oidc_issuer")
        keys = [each for each in listed if isinstance(each, dict) and each.get("kty") in KEY_TYPES]
        self._keys = (self._clock(), keys)
        return keys

    def _asked(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        """A JSON object; redirects are not followed, for they would carry the secret to wherever they point."""
        until = self._clock() + SLOWEST
        try:
            with httpx.Client(timeout=TIMEOUT) as client, client.stream(method, address, **sent) as response:
                body = b""
                for part in response.iter_bytes():
                    body += part
                    if len(body) > LARGEST or self._clock() > until:
                        raise Problem(503, "oidc_issuer")
            document = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise Problem(503, "oidc_issuer") from error
        if not isinstance(document, dict):
            raise Problem(503, "oidc_issuer")
        if response.status_code != 200:
            raise _refusal(method, response.status_code, document)
        return document


def _refusal(method: str, status: int, document: Mapping[str, Any]) -> Problem:
    """What it means that the issuer refuses (RFC 6749 §5.2): the code or the client is wrong, or all else."""
    if method == "POST" and (status == 401 or document.get("error") in ("invalid_client", "unauthorized_client")):
        return Problem(503, "oidc_client")
    if method == "POST" and status == 400:
        return Problem(403, "oidc_token")
    return Problem(503, "oidc_issuer")
