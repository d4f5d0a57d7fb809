"""Segments to the API of a server, over HTTPS."""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from api.forwarding import NeverTaken, NotSent

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LONGEST_WAIT = 600.0
"""Seconds, whatever the server asks for."""


@dataclass(frozen=True)
class Trust:
    """Whose certificates are believed (None: the system's authorities), and our own with its key, for a server that
    asks for one."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """For connections. Raises OSError (ssl.SSLError is one) for files that cannot be used."""
        context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


class Https:
    """The API at an address. `token` is asked before each request, so that a new one may be put in its place."""

    def __init__(self, address: str, token: Callable[[], str], trust: Trust) -> None:
        """Raises OSError for files of `trust` that cannot be used."""
        self._token = token
        self._client = httpx.Client(
            base_url=address, verify=trust.context(), timeout=TIMEOUT, follow_redirects=False, trust_env=False
        )

    def send(self, sensor: str, name: str, data: bytes) -> None:
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        try:
            answer = self._client.post(
                f"/api/v1/sensors/{quote(sensor, safe='')}/segments",
                params={"name": name},
                content=data,
                headers={
                    "Authorization": f"Bearer {self._token()}",
                    "Content-Type": "application/zip",
                    "Content-Digest": f"sha-256=:{digest}:",
                },
            )
        except (httpx.TransportError, OSError) as error:
            raise NotSent("unreachable", why=str(error).rstrip(".") or type(error).__name__) from error
        self._check(answer, hashlib.sha256(data).hexdigest())

    def _check(self, answer: httpx.Response, digest: str) -> None:
        try:
            said = answer.json()
            said = said if isinstance(said, dict) else {}
        except ValueError:
            said = {}
        if answer.status_code == 201 and said.get("sha256") == digest:
            return
        if answer.status_code == 413:
            raise NeverTaken("too_large", bytes=len(answer.request.content))
        code = {401: "not_admitted", 403: "not_allowed", 429: "later", 503: "later", 507: "no_room"}.get(
            answer.status_code, "answered"
        )
        raise NotSent(code, _wait(answer), status=answer.status_code, why=str(said.get("detail", ""))[:300])

    def close(self) -> None:
        self._client.close()


def _wait(answer: httpx.Response) -> float:
    """Seconds that the server asks for."""
    given = answer.headers.get("retry-after", "")
    return min(float(given), LONGEST_WAIT) if given.isascii() and given.isdigit() else 0.0
