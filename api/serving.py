"""Runs the API in this process: the port, the first administrator, and an end that waits for open requests."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.concurrency import run_in_threadpool

from api import certificates
from api.auth.accounts import Account
from api.client_certificate import ShowingProtocol
from api.pulse import Pulse
from api.service import create_app
from api.wiring import Wiring
from response.store_errors import StoreError

ADMINISTRATOR = "admin"
GRACE = 5
"""Seconds that open requests have when the server is told to stop; streams end at once."""
CERTIFICATE_EVERY = 3600.0
"""Seconds between two looks whether the own certificate is to be noted anew."""


SILENT = Pulse(None, None)
"""The pulse of a server that nobody watches."""


@dataclass(frozen=True)
class Listening:
    """Where the server listens. `secret` signs the first administrator in, once."""

    url: str
    secret: str | None

    @property
    def address(self) -> str:
        """What to open. The secret stands behind `#`, which no browser sends and no log holds."""
        return f"{self.url}/#one-time={self.secret}" if self.secret else self.url


def bound(host: str, port: int) -> socket.socket:
    """A socket on this address. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host in ("localhost", "::1") or host.startswith("127.")


def first_administrator(wiring: Wiring) -> tuple[Account, str] | None:
    """The administrator of a store without accounts, with the secret that signs in once; None when there are some."""
    if wiring.accounts.everybody():
        return None
    account, once = wiring.accounts.create(ADMINISTRATOR, ("admin",), by="setup")
    assert once is not None
    return account, once


def serve(
    wiring: Wiring,
    listener: socket.socket,
    *,
    certificate: tuple[Path, Path] | None = None,
    client_authority: Path | None = None,
    ready: Callable[[Listening], None],
    pulse: Pulse = SILENT,
) -> None:
    """Serve until the process is told to stop; `ready` is called when requests are answered. A store without accounts
    gets its first administrator. With a `client_authority` only clients with a certificate of it are talked to."""
    first = first_administrator(wiring)
    where = Listening(url_of(listener, tls=certificate is not None), first[1] if first else None)
    server(wiring, lambda: ready(where), certificate, client_authority, pulse).run(sockets=[listener])


def url_of(listener: socket.socket, *, tls: bool = False) -> str:
    """The address of what listens there."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{port}"


def server(
    wiring: Wiring,
    ready: Callable[[], None],
    certificate: tuple[Path, Path] | None = None,
    client_authority: Path | None = None,
    pulse: Pulse = SILENT,
) -> uvicorn.Server:
    """A server that calls `ready` when it answers, and gives a pulse; `should_exit` ends it."""
    config = uvicorn.Config(
        create_app(wiring),
        http=ShowingProtocol,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(wiring.settings.proxies),
        forwarded_allow_ips=list(wiring.settings.proxies),
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=str(certificate[0]) if certificate else None,
        ssl_keyfile=str(certificate[1]) if certificate else None,
        ssl_ca_certs=str(client_authority) if client_authority else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if client_authority else ssl.CERT_NONE,
    )
    shown = certificates.read(certificate[0].read_bytes()) if certificate else None
    return _Server(config, ready, wiring, pulse, shown)


@contextmanager
def served(wiring: Wiring, listener: socket.socket) -> Iterator[str]:
    """The API behind a listener in a thread of its own; gives its address once it answers."""
    answers = threading.Event()
    running = server(wiring, answers.set)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, name="api")
    thread.start()
    try:
        answers.wait()
        yield url_of(listener)
    finally:
        running.should_exit = True
        thread.join()


class _Server(uvicorn.Server):
    """Says when it answers, and ends open streams when it is told to stop: they would never end by themselves."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], None],
        wiring: Wiring,
        pulse: Pulse,
        shown: certificates.Certificate | None,
    ) -> None:
        super().__init__(config)
        self._ready, self._wiring, self._pulse, self._shown = ready, wiring, pulse, shown
        self._tasks: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()
            self._tasks.append(asyncio.create_task(self._beat()))
            if self._shown is not None and sockets:
                name = f"{socket.gethostname()}:{sockets[0].getsockname()[1]}"
                self._tasks.append(asyncio.create_task(self._tell_certificate(name, self._shown)))

    async def _tell_certificate(self, name: str, shown: certificates.Certificate) -> None:
        """Notes now and then what this server shows: a file that was renewed is not what it has loaded."""
        store, clock = self._wiring.store, self._wiring.clock
        while True:
            with suppress(StoreError):  # noted the next time
                await run_in_threadpool(certificates.note, store, certificates.SERVER, name, shown, clock())
            await asyncio.sleep(CERTIFICATE_EVERY)

    async def _beat(self) -> None:
        """A pulse each time the loop turns and one of the threads that answer requests was free: without either of
        them nobody is answered."""
        while self._pulse.every is not None:
            await run_in_threadpool(self._pulse.beat)
            await asyncio.sleep(self._pulse.every)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._pulse.stopping()
        for task in self._tasks:
            task.cancel()
        self._wiring.live.close()
        await super().shutdown(sockets)
