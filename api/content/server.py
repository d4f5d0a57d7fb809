"""Content from the API of a server, over HTTPS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

import httpx

from api.content.opening import LARGEST
from api.content.pulling import Away, Offer
from api.content.trouble import Trouble, bad
from api.forward_https import TIMEOUT, Trust


class Server:
    """The content that the API at `address` has for a sensor. `token` is asked before each request, so that a new one
    may be put in its place. What was looked at is not loaded again (ETag)."""

    def __init__(self, address: str, sensor: str, token: Callable[[], str], trust: Trust) -> None:
        """Raises OSError for files of `trust` that cannot be used."""
        self._path = f"/api/v1/content/{quote(sensor, safe='')}/latest"
        self._address, self._token = address, token
        self._etag: str | None = None
        self._client = httpx.Client(
            base_url=address, verify=trust.context(), timeout=TIMEOUT, follow_redirects=False, trust_env=False
        )

    def offers(self) -> Iterator[Offer]:
        headers = {"Authorization": f"Bearer {self._token()}"}
        if self._etag is not None:
            headers["If-None-Match"] = self._etag
        try:
            with self._client.stream("GET", self._path, headers=headers) as answer:
                data = self._body(answer)
        except (httpx.TransportError, OSError) as error:
            raise Away("unreachable", why=str(error).rstrip(".") or type(error).__name__) from error
        if data is not None:
            yield Offer(self._address, lambda: _bounded(data), self._done(answer.headers.get("etag")))

    def close(self) -> None:
        self._client.close()

    def _body(self, answer: httpx.Response) -> bytes | None:
        """What came, one octet beyond the bound at most; None where there is nothing new."""
        status = answer.status_code
        if status in (304, 404):
            return None
        if status != 200:
            code = {401: "not_admitted", 403: "not_allowed"}.get(status, "answered")
            raise Away(code, status=status)
        data = bytearray()
        for part in answer.iter_bytes():
            data += part
            if len(data) > LARGEST:
                break
        return bytes(data)

    def _done(self, etag: str | None) -> Callable[[Sequence[Trouble]], None]:
        def done(troubles: Sequence[Trouble]) -> None:
            self._etag = etag

        return done


def _bounded(data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise bad("too_large", most=LARGEST >> 20)
    return data
