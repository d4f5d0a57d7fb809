"""The certificate that a client shows in its handshake, handed to the application: extension `tls` of ASGI."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol


class ShowingProtocol(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # it is one of two, by what is installed
    """HTTP as always, with what the client showed in the scope of every request."""

    app: ASGIApp

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        talk = transport.get_extra_info("ssl_object")
        shown = talk.getpeercert(binary_form=True) if talk is not None else None
        if shown:
            self.app = _showing(self.app, ssl.DER_cert_to_PEM_cert(shown))


def _showing(app: ASGIApp, certificate: str) -> ASGIApp:
    async def shown(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {**scope.get("extensions", {}), "tls": {"client_cert_chain": (certificate,)}}
        await app(scope, receive, send)

    return shown


def certificate_of(scope: Mapping[str, Any]) -> str | None:
    """The certificate (PEM) of the client of a request; None where it showed none."""
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
    return str(chain[0]) if chain else None
