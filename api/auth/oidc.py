"""Single sign-on by OpenID Connect: authorisation code with PKCE (RFC 7636), ID token checked as OpenID Connect Core
1.0 §3.1.3.7 says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from api.auth.accounts import Account, Accounts
from api.problems import Problem
from response.roles import PEOPLE
from response.store_errors import Conflict, Invalid, NotFound
from response.times import SECOND

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key pair only: neither `none` nor HMAC, whose key would be public."""
KEY_TYPES = ("RSA", "EC", "OKP")
TIMEOUT = 5.0
LARGEST = 256 * 1024
LEEWAY = 60
OPEN_FOR = 600
"""Seconds: by how much clocks may differ, how long a sign-in may take."""
CALLBACK = "/api/v1/session/oidc/callback"


@dataclass(frozen=True)
class Issuer:
    """Whom to trust, and what its groups may do here. `base_url` is where browsers find Bittern."""

    address: str
    client: str
    secret: str
    base_url: str
    roles: Mapping[str, tuple[str, ...]]
    name: str = "OpenID Connect"
    scope: str = "openid profile groups"
    groups_claim: str = "groups"
    name_claim: str = "preferred_username"

    def __post_init__(self) -> None:
        if not is_safe(self.address) or not is_safe(self.base_url):
            raise ValueError("https")
        if not self.roles or not all(names and set(names) <= set(PEOPLE) for names in self.roles.values()):
            raise ValueError("roles")


def is_safe(address: str) -> bool:
    """Whether the address is https, or http on this machine."""
    parts = urlsplit(address)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and here))


class SignOn:
    """Sign-ins at one issuer. `key` (32 bytes) binds a sign-in to its browser; `clock` ns since the epoch."""

    def __init__(
        self, issuer: Issuer, accounts: Accounts, clock: Callable[[], int], secret: Callable[[], str], key: bytes
    ) -> None:
        self.issuer = issuer
        self._accounts, self._clock, self._secret, self._key = accounts, clock, secret, key
        self._keys: list[dict[str, Any]] = []

    def start(self) -> tuple[str, str]:
        """Where to send the browser, and the cookie that it brings back."""
        endpoint = self._endpoint(self._discovered(), "authorization_endpoint")
        state = self._secret()
        until = str(self._clock() // SECOND + OPEN_FOR)
        challenge = hashlib.sha256(self._derived("verifier", state).encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.issuer.client,
            "redirect_uri": self._callback,
            "scope": self.issuer.scope,
            "state": state,
            "nonce": self._derived("nonce", state),
            "code_challenge": _text(challenge),
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(endpoint).query else "?"
        return f"{endpoint}{joint}{urlencode(asked)}", f"{state}.{until}.{self._derived('cookie', state + until)}"

    def finish(self, cookie: str, state: str, code: str) -> Account:
        """The account of who came back from the issuer. Raises Problem."""
        self._check_state(cookie, state)
        token = self._exchanged(code, self._derived("verifier", state))
        return self._account(self._claims(token, self._derived("nonce", state)))

    @property
    def _callback(self) -> str:
        return self.issuer.base_url.rstrip("/") + CALLBACK

    def _derived(self, use: str, state: str) -> str:
        return _text(hmac.digest(self._key, f"{use} {state}".encode(), "sha256"))

    def _check_state(self, cookie: str, state: str) -> None:
        kept, _, rest = cookie.partition(".")
        until, _, mac = rest.partition(".")
        right = hmac.compare_digest(mac.encode(), self._derived("cookie", kept + until).encode())
        if not right or not hmac.compare_digest(kept.encode(), state.encode()):
            raise Problem(403, "oidc_state")
        if int(until) < self._clock() // SECOND:
            raise Problem(403, "oidc_state")

    def _discovered(self) -> dict[str, Any]:
        found = self._document("GET", self.issuer.address.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer.address:
            raise Problem(503, "oidc_issuer")
        return found

    def _endpoint(self, found: Mapping[str, Any], name: str) -> str:
        address = found.get(name)
        if not isinstance(address, str) or not is_safe(address):
            raise Problem(503, "oidc_issuer")
        return address

    def _exchanged(self, code: str, verifier: str) -> str:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._callback}
        who = (quote(self.issuer.client, safe=""), quote(self.issuer.secret, safe=""))
        endpoint = self._endpoint(self._discovered(), "token_endpoint")
        token = self._document("POST", endpoint, data=form | {"code_verifier": verifier}, auth=who).get("id_token")
        if not isinstance(token, str):
            raise Problem(403, "oidc_token")
        return token

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            header = jws.extract_compact(token.encode()).headers()
            key = import_key(self._key_of(header.get("kid")))
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Problem(403, "oidc_token") from error
        now = self._clock() // SECOND
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        party = claims.get("azp", self.issuer.client if len(audiences) == 1 else None)
        right = (
            claims.get("iss") == self.issuer.address
            and self.issuer.client in audiences
            and party == self.issuer.client
            and _number(claims.get("exp")) > now - LEEWAY
            and 0 < _number(claims.get("iat")) <= now + LEEWAY
            and _number(claims.get("nbf", 0)) <= now + LEEWAY
            and claims.get("nonce") == nonce
            and isinstance(claims.get("sub"), str)
            and claims["sub"]
        )
        if not right:
            raise Problem(403, "oidc_token")
        return claims

    def _key_of(self, kid: object) -> dict[str, Any]:
        """The issuer's key of this id. Keys are read again when it is not among those known: they are rotated."""
        for fresh in (False, True):
            if fresh:
                address = self._endpoint(self._discovered(), "jwks_uri")
                listed = self._document("GET", address).get("keys", [])
                self._keys = [each for each in listed if isinstance(each, dict) and each.get("kty") in KEY_TYPES]
            fitting = [each for each in self._keys if each.get("use", "sig") == "sig" and each.get("kid") == kid]
            if len(fitting) == 1:
                return fitting[0]
        raise KeyError("kid")

    def _account(self, claims: Mapping[str, Any]) -> Account:
        groups = claims.get(self.issuer.groups_claim)
        held = {each for each in groups if isinstance(each, str)} if isinstance(groups, list) else set()
        roles = tuple(sorted({role for group in held for role in self.issuer.roles.get(group, ())}))
        if not roles:
            raise Problem(403, "oidc_no_role")
        account = self._known(claims["sub"])
        if account is None:
            return self._created(str(claims.get(self.issuer.name_claim, "")), claims["sub"], roles)
        if not account.active:
            raise Problem(403, "oidc_disabled")
        if account.roles == roles:
            return account
        return self._accounts.change(account, by="oidc", etag=account.etag, roles=list(roles))

    def _known(self, subject: str) -> Account | None:
        """By subject, not by name: an issuer may give a name to somebody else, or another to a disabled person."""
        for each in self._accounts.everybody():
            if each.origin == self.issuer.address and each.body.get("subject") == subject:
                return each
        return None

    def _created(self, name: str, subject: str, roles: tuple[str, ...]) -> Account:
        try:
            self._accounts.get(name)
        except NotFound:
            pass
        else:
            raise Problem(403, "oidc_name_taken")
        try:
            made = self._accounts.create(name, roles, by="oidc", origin=self.issuer.address, subject=subject)
        except Invalid as error:
            raise Problem(403, "oidc_name") from error
        except Conflict as error:
            raise Problem(403, "oidc_name_taken") from error
        return made[0]

    def _document(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        try:
            with httpx.Client(timeout=TIMEOUT) as client, client.stream(method, address, **sent) as response:
                body = b""
                for part in response.iter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise Problem(503, "oidc_issuer")
                if response.status_code != 200:
                    raise Problem(403 if method == "POST" else 503, "oidc_token" if method == "POST" else "oidc_issuer")
                document = json.loads(body)
        except (httpx.HTTPError, ValueError) as error:
            raise Problem(503, "oidc_issuer") from error
        if not isinstance(document, dict):
            raise Problem(503, "oidc_issuer")
        return document


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
