"""HTTP calls of playbooks: only to what the allow-list names, only to the addresses it grants, nowhere else.

The name is resolved once, each address is compared with the list, and the connection goes to that very address, so
that a second answer of the name service cannot lead elsewhere. Redirects are not followed, proxies of the environment
not used, and an answer that is too long or too late is not taken.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx

from detection.site import Address, Network
from response.notify.addresses import forbidden
from response.playbooks.ports import Call, CallRefused, Reply

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
MOST_BYTES = 65_536
CONNECT_SECONDS, MOST_SECONDS = 5.0, 30.0
PORTS = {"http": 80, "https": 443}
OURS = frozenset(("host", "idempotency-key", "content-length", "transfer-encoding", "connection", "authorization"))
"""Headers that no playbook sets: the program does, from the call and from the allow-list."""


@dataclass(frozen=True)
class Allowed:
    """One entry of the allow-list: all below `base` (scheme, host, port, path) with one of `methods`.

    `networks` are those in which the host's address may lie; without any it must be a public address. `headers` are
    added to each call: this is where a secret belongs, never in a playbook.
    """

    base: str
    methods: tuple[str, ...] = ("POST",)
    networks: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host, by the system's resolver."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class GuardedHttp:
    """The `Http` port behind an allow-list. `clock` counts seconds, for the limit of the whole call."""

    allowed: tuple[Allowed, ...]
    resolver: Resolver = resolve
    clock: Callable[[], float] = time.monotonic
    verify: ssl.SSLContext | bool = True

    def call(self, call: Call) -> Reply:
        """Makes the request. Raises CallRefused: not in the list, another address, a redirect, too long, too late."""
        url, entry = self._entry(call)
        address = self._address(url, entry)
        headers = {name: value for name, value in call.headers.items() if name.lower() not in OURS} | {
            **entry.headers,
            "Host": url.netloc.decode("ascii"),
            "Idempotency-Key": call.key,
        }
        seconds = min(call.seconds, MOST_SECONDS)
        end = self.clock() + seconds
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        try:
            with (
                httpx.Client(trust_env=False, follow_redirects=False, timeout=timeout, verify=self.verify) as client,
                client.stream(
                    call.method,
                    url.copy_with(host=address),
                    headers=headers,
                    content=None if call.content is None else call.content.encode(),
                    extensions={"sni_hostname": url.host},
                ) as answer,
            ):
                return self._reply(answer, end)
        except httpx.TimeoutException as error:
            raise CallRefused("http_timed_out", "timeout_error", host=url.host) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise CallRefused("http_failed", "client_side_error", host=url.host, why=type(error).__name__) from error

    def _entry(self, call: Call) -> tuple[httpx.URL, Allowed]:
        try:
            url = httpx.URL(call.url)
        except (httpx.InvalidURL, ValueError) as error:
            raise CallRefused("http_not_allowed", "client_side_error", method=call.method, url=call.url) from error
        for entry in self.allowed:
            if call.method in entry.methods and _below(url, httpx.URL(entry.base)):
                return url, entry
        raise CallRefused("http_not_allowed", "client_side_error", method=call.method, url=call.url)

    def _address(self, url: httpx.URL, entry: Allowed) -> str:
        try:
            found = self.resolver(url.host, url.port or PORTS[url.scheme])
        except OSError as error:
            raise CallRefused("http_no_address", "client_side_error", host=url.host) from error
        networks = [ipaddress.ip_network(each) for each in entry.networks]
        for text in found:
            if not _granted(ipaddress.ip_address(text.partition("%")[0]), networks):
                raise CallRefused("http_address", "client_side_error", host=url.host, address=text)
        if not found:
            raise CallRefused("http_no_address", "client_side_error", host=url.host)
        return found[0]

    def _reply(self, answer: httpx.Response, end: float) -> Reply:
        if 300 <= answer.status_code < 400:
            raise CallRefused("http_redirect", "client_side_error", status=answer.status_code)
        body = bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise CallRefused("http_too_long", "client_side_error", most=MOST_BYTES)
            if self.clock() > end:
                raise CallRefused("http_timed_out", "timeout_error", host=answer.url.host)
        return Reply(answer.status_code, body.decode("utf-8", "replace"))


def _below(url: httpx.URL, base: httpx.URL) -> bool:
    if url.userinfo or url.fragment or (url.scheme, url.host) != (base.scheme, base.host) or url.scheme not in PORTS:
        return False
    if (url.port or PORTS[url.scheme]) != (base.port or PORTS[base.scheme]):
        return False
    path, folder = url.raw_path.split(b"?")[0].decode("ascii"), base.path.rstrip("/")
    # What another program may read as a way up, or as a separator, is not compared but refused.
    if any(odd in path.lower() for odd in ("..", "%2e", "%2f", "%5c", "\\", "//", "%00")):
        return False
    return path == folder or path.startswith(folder + "/")


def _granted(address: Address, networks: Sequence[Network]) -> bool:
    """Link-local addresses (where clouds keep their secrets), multicast and 0.0.0.0 are never granted."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return _granted(mapped, networks)
    if address.is_link_local or address.is_multicast or address.is_unspecified or forbidden(address, networks):
        return False
    return any(address in network for network in networks) if networks else address.is_global
