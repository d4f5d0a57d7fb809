"""Receives syslog by UDP (RFC 5426), TCP (RFC 6587: octet counting and lines) and TLS (RFC 5425)."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sensors.capture import EventBatch
from sensors.feed.complete import Origin
from sensors.feed.logfile import LONGEST_LINE, Lines, Mark
from sensors.feed.merging import Merging, Reading
from sensors.feed.tally import Tally
from sensors.feeds.syslog.parser import SyslogParser, framed

SPAN = 0.25
"""Seconds between two batches."""
MOST_WAITING = 50_000
"""Messages that wait for detection; beyond that TCP waits, and UDP's are dropped and counted."""
MOST_CONNECTIONS = 500
LONGEST = 65_536
"""Octets of a message; longer ones are cut there and counted."""
IDLE = 600.0
"""Seconds after which a connection that says nothing is closed."""


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


class Queue:
    """Messages on their way to detection: what `Reading` reads instead of a file."""

    broken = False

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._room = threading.Condition()
        self._count = 0
        self.dropped = 0
        self.cut = 0

    def put(self, line: bytes, *, wait: bool) -> None:
        with self._room:
            if len(self._lines) >= MOST_WAITING:
                if not wait:
                    self.dropped += 1
                    return
                self._room.wait_for(lambda: len(self._lines) < MOST_WAITING)
            self._lines.append(line)

    def read(self, most: int) -> Lines:
        with self._room:
            taken = [self._lines.popleft() for _ in range(min(most, len(self._lines)))]
            self._room.notify_all()
            ended = not self._lines
        first = self._count
        self._count += len(taken)
        return Lines(taken, range(first, self._count), self._count, ended)

    def close(self) -> None:
        """Nothing is open."""


class Receiver:
    """Listens until `finish`; iterating gives `EventBatch`es. Raises BadListener when it begins.

    `certificate` and `key` are PEM files for TLS; with `clients` (PEM of their authority) a client must show its own.
    `now` gives ns since the epoch: when a message came.
    """

    def __init__(
        self,
        listeners: Sequence[Listener],
        *,
        sensor: str,
        certificate: Path | None = None,
        key: Path | None = None,
        clients: Path | None = None,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        self._now, self._end = now, threading.Event()
        self._queue = Queue()
        self.tally = Tally(Origin(sensor, sensor))
        self._merging = Merging(Origin(sensor, sensor), self.tally)
        # Ids are those of when it began and of the number of the message: no two messages share one.
        self._reading = Reading("syslog", Mark(f"received {now()}"), self._queue, SyslogParser(now))  # type: ignore[arg-type]
        self._slots = threading.Semaphore(MOST_CONNECTIONS)
        self._sockets: list[tuple[Listener, socket.socket]] = []
        self._tls = self._context(listeners, certificate, key, clients)
        try:
            for listener in listeners:
                self._sockets.append((listener, _bound(listener)))
        except BadListener:
            self.close()
            raise
        self.addresses = tuple(f"{each.scheme}://{_name(bound)}" for each, bound in self._sockets)

    def __iter__(self) -> Iterator[EventBatch]:
        for listener, bound in self._sockets:
            work = self._datagrams if listener.scheme == "udp" else self._connections
            threading.Thread(target=work, args=(listener, bound), name=listener.url, daemon=True).start()
        while True:
            ends = self._end.wait(SPAN)
            yield from self._merging.batches([self._reading])
            self._lost()
            if ends:
                break
            yield self._merging.quiet(self._now() - 1_000_000_000)
        yield self._merging.last()

    def finish(self) -> None:
        """Ends after what came by now. May be called by a signal handler, and twice."""
        self._end.set()

    def close(self) -> None:
        for _, bound in self._sockets:
            bound.close()

    def _lost(self) -> None:
        clock = self._merging.clock or self._now()
        for counter, count in (("dropped", self._queue.dropped), ("malformed_too_long", self._queue.cut)):
            known = self.tally.totals.get(counter, 0)
            if count > known:
                self.tally.add(clock, "syslog", counter, 0, count - known)

    def _context(
        self, listeners: Sequence[Listener], certificate: Path | None, key: Path | None, clients: Path | None
    ) -> ssl.SSLContext | None:
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

    def _datagrams(self, _: Listener, bound: socket.socket) -> None:
        while not self._end.is_set():
            try:
                message, peer = bound.recvfrom(LONGEST)
            except TimeoutError:
                continue
            except OSError:
                return
            self._put(peer[0], message, wait=False)

    def _connections(self, listener: Listener, bound: socket.socket) -> None:
        while not self._end.is_set():
            try:
                connection, peer = bound.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            if not self._slots.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(listener, connection, peer[0]), daemon=True).start()

    def _serve(self, listener: Listener, connection: socket.socket, peer: str) -> None:
        try:
            connection.settimeout(IDLE)
            if listener.scheme == "tls" and self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            stream = Frames()
            while not self._end.is_set() and (received := connection.recv(LONGEST)):
                for message in stream.take(received):
                    self._put(peer, message, wait=True)
                self._queue.cut += stream.taken_cut()
        except (OSError, ssl.SSLError):
            return  # who sends begins again
        finally:
            connection.close()
            self._slots.release()

    def _put(self, peer: str, message: bytes, *, wait: bool) -> None:
        self._queue.put(framed(peer.partition("%")[0], self._now(), message), wait=wait)


class Frames:
    """Messages of one stream: `LENGTH MESSAGE` (octet counting) or lines, whichever a message begins like."""

    def __init__(self) -> None:
        self._rest = b""
        self._cut = 0
        self._skip = 0

    def take(self, received: bytes) -> Iterator[bytes]:
        self._rest += received
        while self._rest:
            if self._skip:
                gone = min(self._skip, len(self._rest))
                self._rest, self._skip = self._rest[gone:], self._skip - gone
                continue
            head, space, _ = self._rest[:12].partition(b" ")
            if head.isdigit() and head[:1] != b"0" and (space or len(head) < 8) and len(head) < 8:
                if not space:
                    return
                length, begin = int(head), len(head) + 1
                if length > LONGEST:
                    if len(self._rest) < begin + LONGEST:
                        return
                    self._cut += 1
                    yield self._rest[begin : begin + LONGEST]
                    self._skip = begin + length
                    continue
                if len(self._rest) < begin + length:
                    return
                yield self._rest[begin : begin + length]
                self._rest = self._rest[begin + length :]
                continue
            line, end, rest = self._rest.partition(b"\n")
            if not end:
                if len(line) > LONGEST:
                    self._cut += 1
                    yield line[:LONGEST]
                    self._rest = b""
                return
            self._rest = rest
            yield line

    def taken_cut(self) -> int:
        """How many were cut since it was asked last."""
        cut, self._cut = self._cut, 0
        return cut


def _bound(listener: Listener) -> socket.socket:
    kind = socket.SOCK_DGRAM if listener.scheme == "udp" else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.scheme == "udp":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * LONGEST_LINE)
        bound.bind((listener.host, listener.port))
        if listener.scheme != "udp":
            bound.listen(64)
    except OSError as error:
        bound.close()
        code = "not_permitted" if isinstance(error, PermissionError) else "not_bound"
        raise BadListener(code, listener.url, error.strerror or str(error)) from error
    bound.settimeout(SPAN)
    return bound


def _name(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
