"""Where syslog is listened for, and by what certificate."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

BUFFER = 4_194_304
"""Octets that the system keeps of datagrams until they are read."""
PATIENCE = 0.25
"""Seconds after which who waits looks whether to end."""


class BadListener(Exception):
    """An address that cannot be listened to: `code` says why."""

    def __init__(self, code: str, url: str, why: str = "") -> None:
        self.code, self.url, self.why = code, url, why
        super().__init__(f"{code}: {url} {why}")


@dataclass(frozen=True)
class Listener:
    """Where to listen: `udp://10.0.0.5:514`, `tcp://…`, `tls://…`."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Listener:
        """Raises BadListener."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadListener("url", url) from error
        if parts.scheme not in ("udp", "tcp", "tls") or not parts.hostname or port is None:
            raise BadListener("url", url)
        return cls(parts.scheme, parts.hostname, port)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def bound_to(listener: Listener) -> socket.socket:
    kind = socket.SOCK_DGRAM if listener.scheme == "udp" else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.scheme == "udp":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        bound.bind((listener.host, listener.port))
        if listener.scheme != "udp":
            bound.listen(64)
    except OSError as error:
        bound.close()
        code = "not_permitted" if isinstance(error, PermissionError) else "not_bound"
        raise BadListener(code, listener.url, error.strerror or str(error)) from error
    bound.settimeout(PATIENCE)
    return bound


def name_of(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def context_of(
    listeners: Sequence[Listener], certificate: Path | None, key: Path | None, clients: Path | None
) -> ssl.SSLContext | None:
    """What TLS is spoken by; None where none is. `clients` is the authority of those who may send.
    Raises BadListener."""
    secured = next((listener for listener in listeners if listener.scheme == "tls"), None)
    if secured is None:
        return None
    if certificate is None or key is None:
        raise BadListener("no_certificate", secured.url)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
        if clients is not None:
            context.load_verify_locations(clients)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise BadListener("bad_certificate", secured.url, str(error)) from error
    return context
